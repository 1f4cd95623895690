#include "internal.h"

#include <math.h>
#include <string.h>

// The base functions that differ from stock Lua.

const char *kb_to_string(lua_State *L, int index, size_t *length) {
    index = lua_absindex(L, index);
    luaL_checkstack(L, 4, "tostring");
    if (luaL_callmeta(L, index, "__tostring")) {
        if (lua_type(L, -1) != LUA_TSTRING) {
            luaL_error(L, "'__tostring' must return a string");
        }
        return lua_tolstring(L, -1, length);
    }
    switch (lua_type(L, index)) {
        case LUA_TNUMBER:
            if (!lua_isinteger(L, index) && isnan(lua_tonumber(L, index))) {
                lua_pushliteral(L, "nan");  // the sign of a NaN depends on the machine
            } else {
                lua_pushvalue(L, index);
            }
            break;
        case LUA_TSTRING: lua_pushvalue(L, index); break;
        case LUA_TBOOLEAN: lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false"); break;
        case LUA_TNIL: lua_pushliteral(L, "nil"); break;
        default:
            // The type or `__name`, never the address.
            switch (luaL_getmetafield(L, index, "__name")) {
                case LUA_TSTRING: break;
                case LUA_TNIL: lua_pushstring(L, luaL_typename(L, index)); break;
                default:
                    lua_pop(L, 1);
                    lua_pushstring(L, luaL_typename(L, index));
                    break;
            }
            break;
    }
    return lua_tolstring(L, -1, length);
}

static int base_tostring(lua_State *L) {
    luaL_checkany(L, 1);
    kb_to_string(L, 1, NULL);
    return 1;
}

/// `tonumber`, charged for the bytes it reads; upvalue 1 is the original.
static int base_tonumber(lua_State *L) {
    if (lua_type(L, 1) == LUA_TSTRING) {
        kb_charge(L, (int64_t)lua_rawlen(L, 1) / 8);
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/// Joins its arguments by tabs and gives the line to the host.
static int base_print(lua_State *L) {
    int count = lua_gettop(L);
    luaL_Buffer line;
    luaL_buffinit(L, &line);
    for (int i = 1; i <= count; i++) {
        if (i > 1) {
            luaL_addchar(&line, '\t');
        }
        kb_to_string(L, i, NULL);
        luaL_addvalue(&line);
    }
    luaL_pushresult(&line);
    lua_replace(L, 1);
    if (count == 0) {
        lua_settop(L, 1);
    }
    kb_call_host(L, KB_HOST_PRINT);
    return 0;
}

static int base_getmetatable(lua_State *L) {
    luaL_checkany(L, 1);
    if (lua_type(L, 1) != LUA_TTABLE || !lua_getmetatable(L, 1)) {
        lua_pushnil(L);
        return 1;
    }
    luaL_getmetafield(L, 1, "__metatable");  // pushes nothing when absent
    return 1;
}

static int base_setmetatable(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    int type = lua_type(L, 2);
    luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL) {
        return luaL_error(L, "cannot change a protected metatable");
    }
    lua_settop(L, 2);
    if (type == LUA_TTABLE) {
        // Finalizers run at unknown times, weak tables lose entries at unknown times, `pairs` has one order.
        static const char *const refused[] = {"__gc", "__mode", "__close", "__pairs"};
        for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
            lua_pushstring(L, refused[i]);
            if (lua_rawget(L, 2) != LUA_TNIL) {
                return luaL_error(L, "the metamethod '%s' is not available", refused[i]);
            }
            lua_pop(L, 1);
        }
    }
    lua_setmetatable(L, 1);
    return 1;
}

/// Ends `pcall`; a spent budget is no error a script can catch.
static int finish_pcall(lua_State *L, int status, lua_KContext extra) {
    if (status == LUA_OK || status == LUA_YIELD) {
        return lua_gettop(L) - (int)extra;
    }
    kb_check_limit(L, kb_of(L));
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static int base_pcall(lua_State *L) {
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    int status = lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish_pcall);
    return finish_pcall(L, status, 0);
}

/// Ends `xpcall`: calls the handler (index 1) after the stack has unwound.
///
/// Stock Lua calls it before, inside the hook when the hook raised, and there hooks do not fire: an endless handler
/// could not be stopped.
static int finish_xpcall(lua_State *L, int status, lua_KContext extra) {
    if (status == LUA_OK || status == LUA_YIELD) {
        return lua_gettop(L) - (int)extra;
    }
    kb_vm *vm = kb_of(L);
    kb_check_limit(L, vm);
    lua_pushvalue(L, 1);
    lua_insert(L, -2);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
        kb_check_limit(L, vm);
    }
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static int base_xpcall(lua_State *L) {
    luaL_checktype(L, 2, LUA_TFUNCTION);
    int count = lua_gettop(L);
    lua_pushvalue(L, 2);
    lua_insert(L, 1);
    lua_remove(L, 3);          // handler, function, arguments…
    lua_pushboolean(L, 1);
    lua_insert(L, 2);          // handler, true, function, arguments…
    int status = lua_pcallk(L, count - 2, LUA_MULTRET, 0, 1, finish_xpcall);
    return finish_xpcall(L, status, 1);
}

void kb_add_base(lua_State *L, int table) {
    // luaopen_base fills the global table: give it a scratch one and take what is allowed.
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    lua_pushcfunction(L, luaopen_base);
    lua_call(L, 0, 0);
    static const char *const allowed[] = {
        "assert", "error", "ipairs", "rawequal", "rawget", "rawlen", "select", "type",
    };
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        lua_getfield(L, -1, allowed[i]);
        lua_setfield(L, table, allowed[i]);
    }
    lua_getfield(L, -1, "tonumber");
    lua_pushcclosure(L, base_tonumber, 1);
    lua_setfield(L, table, "tonumber");
    lua_pop(L, 1);
    static const luaL_Reg own[] = {
        {"getmetatable", base_getmetatable}, {"pairs", kb_pairs},       {"pcall", base_pcall},
        {"print", base_print},               {"require", kb_require},   {"setmetatable", base_setmetatable},
        {"tostring", base_tostring},         {"xpcall", base_xpcall},   {NULL, NULL},
    };
    lua_pushvalue(L, table);
    luaL_setfuncs(L, own, 0);
    lua_pop(L, 1);
}
