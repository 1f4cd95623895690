#include "internal.h"

#include <string.h>

// Host functions, host objects and the "did you mean" of unknown names.

/// Takes what the host did for a script off the script's limits. Raises. [-0, +0]
///
/// While the host works nothing is counted and nothing refused: a loop of such calls could take any time and any memory.
static void account(lua_State *L, kb_vm *vm) {
    kb_charge(L, KB_HOST_CALL_COST + (int64_t)(vm->host_growth / KB_HOST_BYTES_PER_INSTRUCTION));
    if (vm->memory <= vm->memory_limit) {
        return;
    }
    lua_gc(L, LUA_GCCOLLECT);
    kb_charge(L, (int64_t)(vm->memory / KB_BYTES_PER_INSTRUCTION));
    if (vm->memory > vm->memory_limit) {
        vm->refused = true;
        luaL_error(L, "not enough memory");
    }
}

int kb_call_host(lua_State *L, int32_t id) {
    kb_vm *vm = kb_of(L);
    lua_State *running = vm->running;
    vm->running = L;
    vm->scripted = false;
    vm->host_growth = 0;
    int32_t count = vm->host(vm->context, id);
    vm->scripted = true;
    vm->running = running;
    account(L, vm);
    if (count >= 0) {
        return count;
    }
    // The host's frame is gone: raising is safe from here on.
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
    return lua_error(L);
}

/// A host function as a Lua value; upvalue 1 is its id.
static int call_host_function(lua_State *L) {
    return kb_call_host(L, (int32_t)lua_tointeger(L, lua_upvalueindex(1)));
}

/// A computed field as a light userdata: its id in an odd number, which no address of a live field is.
static void *computed(int32_t id) {
    return (void *)(((uintptr_t)id << 1) | 1);
}

/// Pushes a field that is computed, or live: kept ready by the host. Raises. [-0, +1]
static int read_field(lua_State *L, uintptr_t bits) {
    if (bits & 1) {
        return kb_call_host(L, (int32_t)(bits >> 1));
    }
    const kb_live_field *field = (const kb_live_field *)bits;
    kb_live *group = field->group;
    group->read = true;
    if (group->entry != kb_of(L)->entry) {
        lua_pop(L, kb_call_host(L, group->fill));
        group->entry = kb_of(L)->entry;
    }
    kb_push_to(L, field->value);
    return 1;
}

/// Serves the fields of objects that are no plain values, and refuses unknown ones.
///
/// Upvalue 1 holds all fields (a light userdata is a computed or live one), 2 the name.
static int index_object(lua_State *L) {
    lua_pushvalue(L, 2);
    int type = lua_rawget(L, lua_upvalueindex(1));
    if (type == LUA_TLIGHTUSERDATA) {
        return read_field(L, (uintptr_t)lua_touserdata(L, -1));
    }
    if (type != LUA_TNIL) {
        return 1;
    }
    const char *object = lua_tostring(L, lua_upvalueindex(2));
    if (lua_type(L, 2) != LUA_TSTRING) {
        return luaL_error(L, "%s has no field of type %s", object, luaL_typename(L, 2));
    }
    lua_pushfstring(L, "%s has no field", object);
    return kb_raise_unknown(L, lua_tostring(L, -1), lua_tostring(L, 2), "", lua_upvalueindex(1));
}

/// `__newindex` of objects; upvalue 1 is the name.
static int write_object(lua_State *L) {
    const char *object = lua_tostring(L, lua_upvalueindex(1));
    return luaL_error(L, "%s.%s is read-only", object, kb_to_string(L, 2, NULL));
}

void kb_object_begin(kb_vm *vm) {
    lua_checkstack(vm->running, 8);
    lua_newtable(vm->running);
}

void kb_object_property(kb_vm *vm, const char *name, int32_t id) {
    lua_State *L = vm->running;
    lua_pushstring(L, name);
    lua_pushlightuserdata(L, computed(id));
    lua_rawset(L, -3);
}

void kb_object_live(kb_vm *vm, const char *name, const kb_live_field *field) {
    lua_State *L = vm->running;
    lua_pushstring(L, name);
    lua_pushlightuserdata(L, (void *)field);
    lua_rawset(L, -3);
}

void kb_live_ready(kb_vm *vm, kb_live *group) {
    group->entry = vm->entry + 1;
    group->read = false;
}

void kb_object_constant(kb_vm *vm, const char *name) {
    lua_State *L = vm->running;
    lua_pushstring(L, name);
    lua_insert(L, -2);
    lua_rawset(L, -3);
}

void kb_object_end(kb_vm *vm, const char *name) {
    lua_State *L = vm->running;
    int fields = lua_gettop(L);
    // The plain values once more: `__index` as a table costs a fraction of a function.
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, fields)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        if (lua_islightuserdata(L, -1)) {
            lua_pop(L, 2);
        } else {
            lua_rawset(L, fields + 1);
        }
    }
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, fields);
    lua_pushstring(L, name);
    lua_pushcclosure(L, index_object, 2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, fields + 1);
    lua_newuserdatauv(L, 0, 0);
    lua_createtable(L, 0, 4);
    lua_pushvalue(L, fields + 1);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_pushcclosure(L, write_object, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_replace(L, fields);
    lua_settop(L, fields);
}

void kb_push_host_function(kb_vm *vm, int32_t id) {
    lua_pushinteger(vm->running, id);
    lua_pushcclosure(vm->running, call_host_function, 1);
}

void kb_define_global(kb_vm *vm, const char *name) {
    lua_State *L = vm->running;
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->builtins);
    lua_insert(L, -2);
    lua_pushstring(L, name);
    lua_insert(L, -2);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

int32_t kb_edit_distance(const char *a, size_t a_length, const char *b, size_t b_length, int32_t limit) {
    enum { LONGEST = 48 };
    if (a_length > LONGEST || b_length > LONGEST) {
        return limit + 1;
    }
    // Three rows: neighbouring letters swapped count as one edit.
    int32_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= b_length; j++) {
        rows[0][j] = (int32_t)j;
    }
    int32_t *before = rows[2], *previous = rows[0], *current = rows[1];
    for (size_t i = 1; i <= a_length; i++) {
        current[0] = (int32_t)i;
        for (size_t j = 1; j <= b_length; j++) {
            int32_t best = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            best = previous[j] + 1 < best ? previous[j] + 1 : best;
            best = current[j - 1] + 1 < best ? current[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best) {
                best = before[j - 2] + 1;
            }
            current[j] = best;
        }
        int32_t *free_row = before;
        before = previous;
        previous = current;
        current = free_row;
    }
    return previous[b_length] <= limit ? previous[b_length] : limit + 1;
}

int kb_raise_unknown(lua_State *L, const char *what, const char *name, const char *end, int index) {
    const char *nearest = NULL;
    int32_t nearest_distance = 3;
    size_t length = strlen(name);
    lua_pushvalue(L, index);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) != LUA_TSTRING) {
            continue;
        }
        size_t candidate_length;
        const char *candidate = lua_tolstring(L, -1, &candidate_length);
        int32_t distance = kb_edit_distance(name, length, candidate, candidate_length, 2);
        bool closer = distance < nearest_distance;
        bool tie = distance == nearest_distance && nearest && strcmp(candidate, nearest) < 0;
        // A name of which nothing would remain is no suggestion.
        if ((closer || tie) && distance < (int32_t)candidate_length) {
            nearest = candidate;
            nearest_distance = distance;
        }
    }
    if (nearest) {
        return luaL_error(L, "%s '%s'%s; did you mean '%s'?", what, name, end, nearest);
    }
    return luaL_error(L, "%s '%s'%s", what, name, end);
}
