#include "internal.h"

#include <stdlib.h>
#include <string.h>

// `pairs` in one order on every run: numbers ascending, strings bytewise, then false, true.
// Tables, functions and the like have no order of their own; as keys they are an error of `pairs`.
// Fields may be changed or removed during the traversal; added ones are not visited.

typedef struct sort_key {
    int type;
    bool is_integer;
    lua_Integer integer;
    lua_Number number;
    const char *bytes;
    size_t length;
    lua_Integer position;
} sort_key;

static int rank(const sort_key *key) {
    return key->type == LUA_TNUMBER ? 0 : key->type == LUA_TSTRING ? 1 : 2;
}

static int compare_numbers(const sort_key *a, const sort_key *b) {
    if (a->is_integer && b->is_integer) {
        return (a->integer > b->integer) - (a->integer < b->integer);
    }
    // An integral float key is an integer key in Lua, so equal values cannot meet here.
    return (a->number > b->number) - (a->number < b->number);
}

static int compare(const void *left, const void *right) {
    const sort_key *a = left;
    const sort_key *b = right;
    if (rank(a) != rank(b)) {
        return rank(a) - rank(b);
    }
    if (a->type == LUA_TNUMBER) {
        return compare_numbers(a, b);
    }
    if (a->type == LUA_TBOOLEAN) {
        return (int)(a->integer - b->integer);
    }
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->bytes, b->bytes, shorter);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

/// Steps over a table whose keys are just 1…n; arguments: table, last key.
static int next_of_sequence(lua_State *L) {
    lua_Integer key = lua_isnil(L, 2) ? 1 : lua_tointeger(L, 2) + 1;
    lua_Integer count = lua_tointeger(L, lua_upvalueindex(1));
    for (; key <= count; key++) {
        lua_pushinteger(L, key);
        if (lua_rawgeti(L, 1, key) != LUA_TNIL) {
            return 2;
        }
        lua_pop(L, 2);
    }
    lua_pushnil(L);
    return 1;
}

/// Steps over the sorted keys; upvalues: keys, position.
static int next_of_keys(lua_State *L) {
    lua_Integer position = lua_tointeger(L, lua_upvalueindex(2));
    for (;;) {
        position++;
        if (lua_rawgeti(L, lua_upvalueindex(1), position) == LUA_TNIL) {
            return 1;
        }
        lua_pushvalue(L, -1);
        if (lua_rawget(L, 1) != LUA_TNIL) {
            lua_pushinteger(L, position);
            lua_replace(L, lua_upvalueindex(2));
            return 2;
        }
        lua_pop(L, 2);
    }
}

/// Counts the keys of the table at 1 and whether they are just 1…n.
static lua_Integer count_keys(lua_State *L, bool *is_sequence) {
    lua_Integer length = (lua_Integer)lua_rawlen(L, 1);
    lua_Integer count = 0;
    *is_sequence = true;
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pop(L, 1);
        count++;
        if (*is_sequence) {
            lua_Integer key = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : 0;
            *is_sequence = key >= 1 && key <= length;
        }
    }
    return count;
}

/// Pushes a table with the keys of the table at 1 in order. [-0, +1]
static void push_sorted_keys(lua_State *L, lua_Integer count) {
    sort_key *keys = lua_newuserdatauv(L, (size_t)count * sizeof(sort_key), 0);
    lua_createtable(L, (int)count, 0);
    int unsorted = lua_gettop(L);
    lua_Integer filled = 0;
    lua_pushnil(L);
    while (lua_next(L, 1)) {
        lua_pop(L, 1);
        int type = lua_type(L, -1);
        if (type != LUA_TNUMBER && type != LUA_TSTRING && type != LUA_TBOOLEAN) {
            luaL_error(L, "pairs: a %s as key has no defined order", luaL_typename(L, -1));
        }
        sort_key *key = &keys[filled++];
        *key = (sort_key){.type = type, .position = filled};
        if (type == LUA_TSTRING) {
            key->bytes = lua_tolstring(L, -1, &key->length);
        } else if (type == LUA_TNUMBER) {
            key->is_integer = lua_isinteger(L, -1);
            key->integer = lua_tointeger(L, -1);
            key->number = lua_tonumber(L, -1);
        } else {
            key->integer = lua_toboolean(L, -1);
        }
        lua_pushvalue(L, -1);
        lua_rawseti(L, unsorted, filled);
    }
    qsort(keys, (size_t)filled, sizeof(sort_key), compare);
    lua_createtable(L, (int)filled, 0);
    for (lua_Integer i = 0; i < filled; i++) {
        lua_rawgeti(L, unsorted, keys[i].position);
        lua_rawseti(L, -2, i + 1);
    }
    lua_replace(L, unsorted - 1);
    lua_settop(L, unsorted - 1);
}

int kb_pairs(lua_State *L) {
    if (lua_type(L, 1) == LUA_TUSERDATA) {
        return luaL_error(L, "%s cannot be iterated", kb_to_string(L, 1, NULL));
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    bool is_sequence;
    lua_Integer count = count_keys(L, &is_sequence);
    kb_charge(L, is_sequence ? count / 4 : count * 4);
    if (is_sequence) {
        lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
        lua_pushcclosure(L, next_of_sequence, 1);
    } else {
        push_sorted_keys(L, count);
        lua_pushinteger(L, 0);
        lua_pushcclosure(L, next_of_keys, 2);
    }
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}
