#include "internal.h"

// Coroutines under one budget: a fresh coroutine starts its own instruction count, so making one costs a full interval;
// an error of a spent budget passes through every resume.

static lua_State *check_coroutine(lua_State *L) {
    lua_State *coroutine = lua_tothread(L, 1);
    luaL_argexpected(L, coroutine, 1, "coroutine");
    return coroutine;
}

/// Resumes with `count` arguments from the top; returns the number of results, or -1 with an error value. [-count, +?]
static int resume(lua_State *L, lua_State *coroutine, int count) {
    kb_vm *vm = kb_of(L);
    if (!lua_checkstack(coroutine, count)) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, coroutine, count);
    int results;
    vm->running = coroutine;
    int status = lua_resume(coroutine, L, count, &results);
    vm->running = L;
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_xmove(coroutine, L, 1);
        kb_check_limit(L, vm);
        return -1;
    }
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(coroutine, results);
        lua_pushliteral(L, "too many results to resume");
        return -1;
    }
    lua_xmove(coroutine, L, results);
    return results;
}

static int coroutine_create(lua_State *L) {
    luaL_checktype(L, 1, LUA_TFUNCTION);
    kb_charge(L, KB_INTERVAL);
    lua_State *coroutine = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, coroutine, 1);
    return 1;
}

static int coroutine_resume(lua_State *L) {
    lua_State *coroutine = check_coroutine(L);
    int results = resume(L, coroutine, lua_gettop(L) - 1);
    lua_pushboolean(L, results >= 0);
    lua_insert(L, results >= 0 ? -(results + 1) : -2);
    return results >= 0 ? results + 1 : 2;
}

static int call_wrapped(lua_State *L) {
    lua_State *coroutine = lua_tothread(L, lua_upvalueindex(1));
    int results = resume(L, coroutine, lua_gettop(L));
    if (results >= 0) {
        return results;
    }
    return lua_error(L);
}

static int coroutine_wrap(lua_State *L) {
    coroutine_create(L);
    lua_pushcclosure(L, call_wrapped, 1);
    return 1;
}

/// Closes a suspended or dead coroutine.
///
/// One that died by an error is left to the collector: after an error of the hook its hooks stay off, and closing
/// it would run pending `__close` handlers without a limit.
static int coroutine_close(lua_State *L) {
    lua_State *coroutine = check_coroutine(L);
    int status = lua_status(coroutine);
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_pushboolean(L, 0);
        lua_pushliteral(L, "the coroutine ended with an error");
        return 2;
    }
    lua_Debug record;
    if (coroutine == L || (status == LUA_OK && lua_getstack(coroutine, 0, &record))) {
        return luaL_error(L, "cannot close a running coroutine");
    }
    kb_vm *vm = kb_of(L);
    vm->running = coroutine;
    status = lua_resetthread(coroutine);
    vm->running = L;
    if (status == LUA_OK) {
        lua_pushboolean(L, 1);
        return 1;
    }
    kb_check_limit(L, vm);
    lua_pushboolean(L, 0);
    lua_xmove(coroutine, L, 1);
    return 2;
}

void kb_add_coroutines(lua_State *L) {
    lua_pushcfunction(L, luaopen_coroutine);
    lua_call(L, 0, 1);
    static const luaL_Reg own[] = {
        {"close", coroutine_close}, {"create", coroutine_create}, {"resume", coroutine_resume},
        {"wrap", coroutine_wrap},   {NULL, NULL},
    };
    luaL_setfuncs(L, own, 0);
}
