#include "internal.h"

// The environment scripts see: an allow-list behind read-only tables.

/// `__index` of the built-in names: the name is unknown.
static int unknown_global(lua_State *L) {
    if (lua_type(L, 2) != LUA_TSTRING) {
        return 0;
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, kb_of(L)->builtins);
    return kb_raise_unknown(L, "unknown global", lua_tostring(L, 2), "", lua_gettop(L));
}

/// `__newindex` of the environment.
static int write_global(lua_State *L) {
    const char *name = kb_to_string(L, 2, NULL);
    return luaL_error(L, "assignment to global '%s' (use local)", name);
}

/// `__index` of a library: the field is unknown; upvalue 1 is the library's name.
static int unknown_field(lua_State *L) {
    const char *library = lua_tostring(L, lua_upvalueindex(1));
    if (lua_type(L, 2) != LUA_TSTRING) {
        return luaL_error(L, "%s has no field of type %s", library, luaL_typename(L, 2));
    }
    lua_pushfstring(L, "%s has no field", library);
    return kb_raise_unknown(L, lua_tostring(L, -1), lua_tostring(L, 2), "", 1);
}

/// `__newindex` of a library; upvalue 1 is the library's name.
static int write_field(lua_State *L) {
    return luaL_error(L, "%s.%s is read-only", lua_tostring(L, lua_upvalueindex(1)), kb_to_string(L, 2, NULL));
}

/// Puts the library on top behind a read-only table and stores that in the built-in names at `builtins`. [-1, +0]
static void add_library(lua_State *L, int builtins, const char *name) {
    // The real table complains about unknown fields.
    lua_createtable(L, 0, 2);
    lua_pushstring(L, name);
    lua_pushcclosure(L, unknown_field, 1);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    // The table scripts see is empty: reads go to the real one, writes are refused.
    lua_newtable(L);
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_pushcclosure(L, write_field, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_setfield(L, builtins, name);
    lua_pop(L, 1);
}

/// A function of utf8 that scans its argument; upvalue 1 is the original.
static int scan_charged(lua_State *L) {
    kb_charge(L, (int64_t)lua_rawlen(L, 1) / 8);
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/// utf8, with its scanning functions charged. [-0, +1]
static void add_utf8(lua_State *L) {
    lua_pushcfunction(L, luaopen_utf8);
    lua_call(L, 0, 1);
    static const char *const scanning[] = {"len", "codepoint", "offset"};
    for (size_t i = 0; i < sizeof scanning / sizeof *scanning; i++) {
        lua_getfield(L, -1, scanning[i]);
        lua_pushcclosure(L, scan_charged, 1);
        lua_setfield(L, -2, scanning[i]);
    }
}

void kb_open_sandbox(lua_State *L) {
    kb_vm *vm = kb_of(L);
    lua_newtable(L);
    vm->modules = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_newtable(L);
    vm->interned = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushboolean(L, 0);
    vm->traceback = luaL_ref(L, LUA_REGISTRYINDEX);

    lua_newtable(L);
    int builtins = lua_gettop(L);
    lua_pushvalue(L, builtins);
    vm->builtins = luaL_ref(L, LUA_REGISTRYINDEX);
    kb_add_base(L, builtins);
    kb_add_strings(L);
    add_library(L, builtins, "string");
    kb_add_tables(L);
    add_library(L, builtins, "table");
    kb_add_math(L);
    add_library(L, builtins, "math");
    add_utf8(L);
    add_library(L, builtins, "utf8");
    kb_add_coroutines(L);
    add_library(L, builtins, "coroutine");
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, unknown_global);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, builtins);

    // The environment itself stays empty, so that every assignment is seen. New chunks take it from here.
    lua_newtable(L);
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, builtins);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, write_global);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_settop(L, 0);
}

/// Loads and runs the module `name` (argument 1) from the host's (source, chunk name). [-0, +1]
static int run_module(lua_State *L) {
    size_t length;
    const char *source = lua_tolstring(L, 2, &length);
    const char *chunk = lua_tostring(L, 3);
    kb_charge(L, (int64_t)length / 4);
    if (kb_compile(L, source, length, chunk) != LUA_OK) {
        return lua_error(L);
    }
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

int kb_require(lua_State *L) {
    kb_vm *vm = kb_of(L);
    const char *name = luaL_checkstring(L, 1);
    lua_settop(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->modules);
    int modules = 2;
    lua_pushvalue(L, 1);
    int known = lua_rawget(L, modules);
    if (known == LUA_TLIGHTUSERDATA) {
        return luaL_error(L, "module '%s' requires itself", name);
    }
    if (known != LUA_TNIL) {
        return 1;
    }
    lua_pop(L, 1);
    kb_charge(L, KB_REQUIRE_COST);

    // A light userdata marks a module that is being loaded.
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, vm);
    lua_rawset(L, modules);
    lua_pushcfunction(L, run_module);
    lua_pushvalue(L, 1);
    int status = LUA_OK;
    vm->scripted = false;
    // The host reads the name at index 1 and leaves two strings, or an error value.
    int32_t answered = vm->host(vm->context, KB_HOST_REQUIRE);
    vm->scripted = true;
    if (answered == 2) {
        status = lua_pcall(L, 3, 1, 0);
    } else {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
        status = LUA_ERRRUN;
    }
    lua_pushvalue(L, 1);
    if (status != LUA_OK) {
        lua_pushnil(L);
        lua_rawset(L, modules);
        return lua_error(L);
    }
    if (lua_isnil(L, -2)) {
        lua_pushboolean(L, 1);
    } else {
        lua_pushvalue(L, -2);
    }
    lua_pushvalue(L, -1);
    lua_insert(L, -3);
    lua_rawset(L, modules);
    return 1;
}
