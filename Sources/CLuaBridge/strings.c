#include "internal.h"

#include <string.h>

// The string library: stock where its work shows in allocations, own where it would not.

static int string_rep(lua_State *L) {
    size_t length, separator_length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer count = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &separator_length);
    // Nothing times a large count would loop in C without an end.
    if (count <= 0 || length + separator_length == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    size_t limit = (size_t)KB_STRING_LIMIT + separator_length;
    if ((uint64_t)count > limit / (length + separator_length)) {
        return luaL_error(L, "not enough memory: the result would be longer than %d bytes", (int)KB_STRING_LIMIT);
    }
    luaL_Buffer result;
    luaL_buffinit(L, &result);
    for (lua_Integer i = 0; i < count; i++) {
        if (i > 0) {
            luaL_addlstring(&result, separator, separator_length);
        }
        luaL_addlstring(&result, text, length);
    }
    luaL_pushresult(&result);
    return 1;
}

/// `format` without addresses: `%p` is refused, tables and functions print as `tostring` has them.
static int string_format(lua_State *L) {
    size_t length;
    const char *format = luaL_checklstring(L, 1, &length);
    for (size_t i = 0; i + 1 < length; i++) {
        if (format[i] != '%') {
            continue;
        }
        i++;
        while (i < length && format[i] != '\0' && strchr("-+ #0123456789.", format[i])) {
            i++;
        }
        if (i < length && format[i] == 'p') {
            return luaL_error(L, "'%%p' is not available: addresses differ on each run");
        }
    }
    kb_charge(L, (int64_t)length / 8);
    int count = lua_gettop(L);
    for (int i = 2; i <= count; i++) {
        int type = lua_type(L, i);
        if (type == LUA_TTABLE || type == LUA_TFUNCTION || type == LUA_TUSERDATA || type == LUA_TTHREAD) {
            kb_to_string(L, i, NULL);
            lua_replace(L, i);
            lua_settop(L, count);
        }
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/// Arithmetic on strings that hold numbers, charged for the bytes it reads; upvalue 1 is the original.
static int string_arithmetic(lua_State *L) {
    for (int i = 1; i <= 2; i++) {
        if (lua_type(L, i) == LUA_TSTRING) {
            kb_charge(L, (int64_t)lua_rawlen(L, i) / 8);
        }
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

void kb_add_strings(lua_State *L) {
    // Sets the metatable of strings, whose `__index` is this very table.
    lua_pushcfunction(L, luaopen_string);
    lua_call(L, 0, 1);
    static const char *const removed[] = {"dump", "pack", "packsize", "unpack"};
    for (size_t i = 0; i < sizeof removed / sizeof *removed; i++) {
        lua_pushnil(L);
        lua_setfield(L, -2, removed[i]);
    }
    static const luaL_Reg own[] = {
        {"find", kb_find}, {"gmatch", kb_gmatch}, {"gsub", kb_gsub},
        {"match", kb_match}, {"rep", string_rep}, {NULL, NULL},
    };
    luaL_setfuncs(L, own, 0);
    lua_getfield(L, -1, "format");
    lua_pushcclosure(L, string_format, 1);
    lua_setfield(L, -2, "format");
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    static const char *const operators[] = {
        "__add", "__sub", "__mul", "__mod", "__pow", "__div", "__idiv", "__unm",
    };
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (lua_getfield(L, -1, operators[i]) == LUA_TFUNCTION) {
            lua_pushcclosure(L, string_arithmetic, 1);
            lua_setfield(L, -2, operators[i]);
        } else {
            lua_pop(L, 1);
        }
    }
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}
