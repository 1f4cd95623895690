#include "internal.h"

// The table library with its work charged, because hooks do not fire inside C.
// `__len` is refused: a made-up length would loop in C without an end. `sort` is a stable merge sort: the same result
// on every run (stock Lua picks pivots by the clock), and a comparator without sense cannot do harm.

enum { MAX_UNPACK = 65536, MAX_SORT = 250000 };

/// The length of the table at argument 1.
static lua_Integer check_length(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    if (luaL_getmetafield(L, 1, "__len") != LUA_TNIL) {
        return luaL_error(L, "table functions do not accept tables with '__len'");
    }
    return (lua_Integer)lua_rawlen(L, 1);
}

static int table_insert(lua_State *L) {
    lua_Integer end = check_length(L) + 1;
    int arguments = lua_gettop(L);
    if (arguments == 2) {
        lua_seti(L, 1, end);
        return 0;
    }
    if (arguments != 3) {
        return luaL_error(L, "wrong number of arguments to 'insert'");
    }
    lua_Integer position = luaL_checkinteger(L, 2);
    luaL_argcheck(L, position >= 1 && position <= end, 2, "position out of bounds");
    kb_charge(L, (end - position) / 2);
    for (lua_Integer i = end; i > position; i--) {
        lua_geti(L, 1, i - 1);
        lua_seti(L, 1, i);
    }
    lua_seti(L, 1, position);
    return 0;
}

static int table_remove(lua_State *L) {
    lua_Integer length = check_length(L);
    lua_Integer position = luaL_optinteger(L, 2, length);
    if (lua_gettop(L) > 1) {
        luaL_argcheck(L, position == length || (position >= 1 && position <= length + 1), 2, "position out of bounds");
    }
    if (position < length) {
        kb_charge(L, (length - position) / 2);
    }
    lua_geti(L, 1, position);
    for (; position < length; position++) {
        lua_geti(L, 1, position + 1);
        lua_seti(L, 1, position);
    }
    if (position <= length) {
        lua_pushnil(L);
        lua_seti(L, 1, position);
    }
    return 1;
}

static int table_concat(lua_State *L) {
    lua_Integer length = check_length(L);
    size_t separator_length;
    const char *separator = luaL_optlstring(L, 2, "", &separator_length);
    lua_Integer first = luaL_optinteger(L, 3, 1);
    lua_Integer last = luaL_optinteger(L, 4, length);
    if (first > last) {
        lua_pushliteral(L, "");
        return 1;
    }
    luaL_Buffer result;
    luaL_buffinit(L, &result);
    for (lua_Integer i = first;; i++) {
        kb_charge(L, 1);
        lua_geti(L, 1, i);
        if (!lua_isstring(L, -1)) {
            return luaL_error(
                L, "invalid value (a %s) at index %I in table for 'concat'", luaL_typename(L, -1), (LUAI_UACINT)i);
        }
        luaL_addvalue(&result);
        if (i == last) {
            break;
        }
        luaL_addlstring(&result, separator, separator_length);
    }
    luaL_pushresult(&result);
    return 1;
}

static int table_unpack(lua_State *L) {
    lua_Integer first = luaL_optinteger(L, 2, 1);
    lua_Integer last = lua_isnoneornil(L, 3) ? check_length(L) : luaL_checkinteger(L, 3);
    if (first > last) {
        return 0;
    }
    uint64_t count = (uint64_t)last - (uint64_t)first + 1;
    if (count == 0 || count > MAX_UNPACK || !lua_checkstack(L, (int)count)) {
        return luaL_error(L, "too many results to unpack");
    }
    kb_charge(L, (int64_t)count / 4);
    for (lua_Integer i = first; i < last; i++) {
        lua_geti(L, 1, i);
    }
    lua_geti(L, 1, last);
    return (int)count;
}

static int table_pack(lua_State *L) {
    int count = lua_gettop(L);
    lua_createtable(L, count, 1);
    lua_insert(L, 1);
    for (int i = count; i >= 1; i--) {
        lua_rawseti(L, 1, i);
    }
    lua_pushinteger(L, count);
    lua_setfield(L, 1, "n");
    return 1;
}

static int table_move(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Integer first = luaL_checkinteger(L, 2);
    lua_Integer last = luaL_checkinteger(L, 3);
    lua_Integer target = luaL_checkinteger(L, 4);
    int destination = lua_isnoneornil(L, 5) ? 1 : 5;
    luaL_checktype(L, destination, LUA_TTABLE);
    if (last >= first) {
        luaL_argcheck(L, first > 0 || last < LUA_MAXINTEGER + first, 3, "too many elements to move");
        luaL_argcheck(L, target <= LUA_MAXINTEGER - (last - first), 4, "destination wrap around");
        lua_Integer count = last - first + 1;
        kb_charge(L, count / 2);
        bool forwards = target > last || target <= first || destination != 1;
        for (lua_Integer i = 0; i < count; i++) {
            lua_Integer offset = forwards ? i : count - 1 - i;
            lua_geti(L, 1, first + offset);
            lua_seti(L, destination, target + offset);
        }
    }
    lua_pushvalue(L, destination);
    return 1;
}

/// Whether the value at stack index `a` sorts before the one at `b`; the comparator, if any, is argument 2.
static bool precedes(lua_State *L, int a, int b) {
    if (lua_isnil(L, 2)) {
        return lua_compare(L, a, b, LUA_OPLT);
    }
    lua_pushvalue(L, 2);
    lua_pushvalue(L, a);
    lua_pushvalue(L, b);
    lua_call(L, 2, 1);
    bool result = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return result;
}

/// Merges the sorted runs [low, middle) and [middle, high) of `from` into `to`; both are stack offsets.
static void merge(lua_State *L, int from, int to, int low, int middle, int high) {
    int left = low;
    int right = middle;
    for (int i = low; i < high; i++) {
        bool take_right = left == middle || (right < high && precedes(L, from + right, from + left));
        lua_copy(L, from + (take_right ? right++ : left++), to + i);
    }
}

static int table_sort(lua_State *L) {
    lua_Integer length = check_length(L);
    if (!lua_isnoneornil(L, 2)) {
        luaL_checktype(L, 2, LUA_TFUNCTION);
    }
    lua_settop(L, 2);
    luaL_argcheck(L, length <= MAX_SORT, 1, "array too big");
    int count = (int)length;
    luaL_checkstack(L, 2 * count + 8, "array too big");
    int from = 3;
    int to = 3 + count;
    for (int i = 1; i <= count; i++) {
        lua_geti(L, 1, i);
    }
    lua_settop(L, 2 + 2 * count);
    for (int width = 1; width < count; width *= 2) {
        kb_charge(L, count / 2 + 1);
        for (int low = 0; low < count; low += 2 * width) {
            int middle = low + width < count ? low + width : count;
            int high = low + 2 * width < count ? low + 2 * width : count;
            merge(L, from, to, low, middle, high);
        }
        int swapped = from;
        from = to;
        to = swapped;
    }
    // Written back at the end: an error in the comparator leaves the table as it was.
    for (int i = 0; i < count; i++) {
        lua_pushvalue(L, from + i);
        lua_seti(L, 1, i + 1);
    }
    return 0;
}

void kb_add_tables(lua_State *L) {
    static const luaL_Reg own[] = {
        {"concat", table_concat}, {"insert", table_insert}, {"move", table_move},     {"pack", table_pack},
        {"remove", table_remove}, {"sort", table_sort},     {"unpack", table_unpack}, {NULL, NULL},
    };
    luaL_newlib(L, own);
}
