#include "internal.h"

#include <stdlib.h>
#include <string.h>

// Protected entries from the host, and what is known of an error afterwards.

int kb_on_error(lua_State *L) {
    kb_vm *vm = kb_of(L);
    bool scripted = vm->scripted;
    vm->scripted = false;
    lua_settop(L, 1);
    lua_Debug record;
    for (int level = 0; level < 20 && lua_getstack(L, level, &record); level++) {
        lua_getinfo(L, "Sl", &record);
        if (record.currentline > 0) {
            vm->error_line = record.currentline;
            memcpy(vm->error_source, record.short_src, LUA_IDSIZE);
            break;
        }
    }
    luaL_traceback(L, L, NULL, 1);
    lua_rawseti(L, LUA_REGISTRYINDEX, vm->traceback);
    // What is closed while the stack unwinds is script code again.
    vm->scripted = scripted;
    return 1;
}

/// Opens an entry: limits on, budget filled.
static void enter(kb_vm *vm, int64_t budget) {
    if (vm->exhausted || vm->budget <= 0) {
        lua_sethook(vm->main, lua_gethook(vm->main), LUA_MASKCOUNT, KB_INTERVAL);
        vm->exhausted = false;
    }
    vm->budget = budget;
    vm->granted = budget;
    vm->refused = false;
    vm->refused_string = false;
    vm->running = vm->main;
    vm->busy = true;
    vm->scripted = true;
    vm->calls++;
    vm->entry++;
}

/// Closes an entry and turns the Lua status into ours.
static int32_t leave(kb_vm *vm, int status) {
    vm->scripted = false;
    vm->busy = false;
    vm->running = vm->main;
    switch (status) {
        case LUA_OK: vm->status = KB_OK; return KB_OK;
        case LUA_ERRSYNTAX: vm->status = KB_SYNTAX; break;
        case LUA_ERRMEM: vm->status = KB_MEMORY; break;
        default: vm->status = KB_RUNTIME; break;
    }
    vm->errors++;
    if (vm->exhausted || vm->budget <= 0) {
        vm->exhausted = true;
        vm->status = KB_INSTRUCTION_LIMIT;
    } else if (vm->status == KB_RUNTIME && vm->refused && lua_type(vm->main, -1) == LUA_TSTRING
               && strstr(lua_tostring(vm->main, -1), "not enough memory")) {
        vm->status = KB_MEMORY;
    }
    return vm->status;
}

/// Refuses an entry from inside a host function; nothing is pushed. [-0, +0]
static int32_t refuse(kb_vm *vm) {
    vm->errors++;
    return KB_CONTRACT;
}

void kb_begin(kb_vm *vm) {
    if (!vm->busy) {
        lua_settop(vm->main, KB_STACK_BASE);
    }
}

int32_t kb_result_index(const kb_vm *vm) {
    (void)vm;
    return KB_STACK_BASE + 1;
}

int32_t kb_result_count(const kb_vm *vm) {
    return lua_gettop(vm->main) - KB_STACK_BASE;
}

static bool is_name_byte(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_';
}

/// The line on which a source uses the name `_ENV`, or 0.
///
/// With `_ENV` a chunk could shadow its globals, which defeats the check of unknown names, and the compiler of early
/// 5.4 releases has known faults there. The word is refused anywhere, in comments and strings too.
static int line_of_env(const char *source, size_t length) {
    int line = 1;
    for (size_t i = 0; i + 4 <= length; i++) {
        if (source[i] == '\n') {
            line++;
        } else if (source[i] == '_' && memcmp(source + i, "_ENV", 4) == 0
                   && (i == 0 || !is_name_byte(source[i - 1]))
                   && (i + 4 == length || !is_name_byte(source[i + 4]))) {
            return line;
        }
    }
    return 0;
}

int kb_compile(lua_State *L, const char *source, size_t length, const char *chunk) {
    const char *name = chunk[0] == '@' ? chunk + 1 : chunk;
    if (length > KB_SOURCE_LIMIT) {
        lua_pushfstring(L, "%s:1: the source is longer than %d bytes", name, (int)KB_SOURCE_LIMIT);
        return LUA_ERRSYNTAX;
    }
    if (length > 0 && source[0] == LUA_SIGNATURE[0]) {
        lua_pushfstring(L, "%s:1: bytecode is refused, scripts are text", name);
        return LUA_ERRSYNTAX;
    }
    int line = line_of_env(source, length);
    if (line > 0) {
        lua_pushfstring(L, "%s:%d: the name '%s' is reserved", name, line, "_ENV");
        return LUA_ERRSYNTAX;
    }
    return luaL_loadbufferx(L, source, length, chunk, "t");
}

/// What `kb_load` compiles.
typedef struct chunk {
    const char *source;
    size_t length;
    const char *name;
    bool compiled;
} chunk;

/// Compiles and runs a chunk. [-1, +1]
static int load_protected(lua_State *L) {
    chunk *text = lua_touserdata(L, 1);
    if (kb_compile(L, text->source, text->length, text->name) != LUA_OK) {
        return lua_error(L);
    }
    text->compiled = true;
    lua_call(L, 0, 1);
    return 1;
}

int32_t kb_load(kb_vm *vm, const char *source, size_t length, const char *name, int64_t budget) {
    if (vm->busy) {
        return refuse(vm);
    }
    lua_State *L = vm->main;
    kb_begin(vm);
    chunk text = {.source = source, .length = length, .name = name, .compiled = false};
    lua_pushcfunction(L, load_protected);
    lua_pushlightuserdata(L, &text);
    vm->error_line = 0;
    enter(vm, budget);
    int status = lua_pcall(L, 1, 1, KB_STACK_BASE);
    if (status == LUA_ERRRUN && !text.compiled) {
        status = LUA_ERRSYNTAX;
    }
    return leave(vm, status);
}

int32_t kb_invoke(kb_vm *vm, int32_t argument_count, int64_t budget) {
    if (vm->busy) {
        return refuse(vm);
    }
    vm->error_line = 0;
    enter(vm, budget);
    int status = lua_pcall(vm->main, argument_count, LUA_MULTRET, KB_STACK_BASE);
    return leave(vm, status);
}

/// Reads the known fields of the table at `index`, without metamethods. [-0, +0]
static void read_fields(lua_State *L, kb_vm *vm, int index, const kb_shape *shape, kb_value *fields) {
    for (int32_t i = 0; i < shape->count; i++) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, shape->keys[i]);
        lua_rawget(L, index);
        kb_read_from(L, vm, -1, &fields[i]);
        lua_pop(L, 1);
    }
}

int32_t kb_call(
    kb_vm *vm, int32_t function, const kb_value *arguments, int32_t argument_count,
    kb_value *results, int32_t result_count, const kb_shape *shape, kb_value *fields, int64_t budget) {
    if (vm->busy) {
        return refuse(vm);
    }
    lua_State *L = vm->main;
    lua_settop(L, KB_STACK_BASE);
    if (!lua_checkstack(L, argument_count + result_count + 16)) {
        return refuse(vm);
    }
    lua_rawgeti(L, LUA_REGISTRYINDEX, function);
    for (int32_t i = 0; i < argument_count; i++) {
        kb_push_to(L, &arguments[i]);
    }
    vm->error_line = 0;
    enter(vm, budget);
    int32_t status = leave(vm, lua_pcall(L, argument_count, result_count, KB_STACK_BASE));
    if (status != KB_OK) {
        return status;
    }
    for (int32_t i = 0; i < result_count; i++) {
        kb_read_from(L, vm, KB_STACK_BASE + 1 + i, &results[i]);
    }
    if (shape && result_count > 0 && results[0].type == KB_TABLE) {
        read_fields(L, vm, KB_STACK_BASE + 1, shape, fields);
    }
    return KB_OK;
}

/// Pushes the text of an error value; `__tostring` may run and fail. [-1, +1]
static int describe_protected(lua_State *L) {
    if (lua_type(L, 1) == LUA_TTABLE && luaL_getmetafield(L, 1, "__tostring") == LUA_TNIL) {
        lua_pushliteral(L, "message");
        if (lua_rawget(L, 1) == LUA_TSTRING) {
            return 1;
        }
        lua_pushliteral(L, "the error is a table without a message");
        return 1;
    }
    lua_settop(L, 1);
    kb_to_string(L, 1, NULL);
    return 1;
}

kb_error kb_describe_error(kb_vm *vm) {
    lua_State *L = vm->running;
    kb_error error = {.kind = vm->status, .line = vm->error_line, .source = vm->describe_source};
    memcpy(vm->describe_source, vm->error_source, LUA_IDSIZE);
    lua_checkstack(L, 8);
    if (vm->status == KB_MEMORY && vm->refused_string) {
        lua_pushfstring(L, "not enough memory: a string may have at most %d bytes", (int)KB_STRING_LIMIT);
    } else if (vm->status == KB_MEMORY) {
        lua_pushfstring(
            L, "not enough memory: the limit is %I bytes", (LUAI_UACINT)vm->memory_limit);
    } else if (vm->status == KB_INSTRUCTION_LIMIT) {
        lua_pushfstring(L, "instruction limit of %I reached", (LUAI_UACINT)vm->granted);
    } else if (lua_type(L, -1) == LUA_TSTRING) {
        lua_pushvalue(L, -1);
    } else {
        int64_t budget = vm->budget;
        int64_t granted = vm->granted;
        lua_pushcfunction(L, describe_protected);
        lua_pushvalue(L, -2);
        enter(vm, KB_DESCRIBE_BUDGET);
        int status = lua_pcall(L, 1, 1, 0);
        vm->scripted = false;
        vm->busy = false;
        vm->running = L;
        vm->calls--;
        if (status != LUA_OK || lua_type(L, -1) != LUA_TSTRING) {
            lua_pop(L, 1);
            lua_pushliteral(L, "the error object could not be turned into text");
        }
        vm->exhausted = vm->exhausted || vm->budget <= 0;
        vm->budget = budget;
        vm->granted = granted;
    }
    error.message = lua_tolstring(L, -1, &error.message_length);
    if (error.line > 0) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, vm->traceback);
        error.traceback = lua_tolstring(L, -1, &error.traceback_length);
    }
    return error;
}

/// Whether a key is one of the shape's names. [-0, +0]
static bool knows(lua_State *L, const kb_shape *shape, int key) {
    for (int32_t i = 0; i < shape->count; i++) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, shape->keys[i]);
        bool equal = lua_rawequal(L, -1, key);
        lua_pop(L, 1);
        if (equal) {
            return true;
        }
    }
    return false;
}

/// Whether key `a` sorts before key `b`: strings bytewise, then numbers, then the rest.
static bool precedes(const kb_value *a, const kb_value *b) {
    if (a->type == KB_STRING && b->type == KB_STRING) {
        size_t shorter = a->length < b->length ? a->length : b->length;
        int order = memcmp(a->pointer, b->pointer, shorter);
        return order != 0 ? order < 0 : a->length < b->length;
    }
    if (a->type == KB_STRING || b->type == KB_STRING) {
        return a->type == KB_STRING;
    }
    if (a->type == KB_INTEGER && b->type == KB_INTEGER) {
        return a->integer < b->integer;
    }
    return a->type < b->type;
}

bool kb_unknown_field(kb_vm *vm, int32_t index, const kb_shape *shape, kb_value *key) {
    lua_State *L = vm->running;
    bool found = false;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        if (!knows(L, shape, lua_gettop(L))) {
            kb_value candidate = {0};
            kb_read_from(L, vm, -1, &candidate);
            if (!found || precedes(&candidate, key)) {
                *key = candidate;
            }
            found = true;
        }
    }
    return found;
}
