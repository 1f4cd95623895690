#include "internal.h"

// Values across the border: scalars and borrowed strings out, scalars, references and records in.

/// The id of a short string, interning it on first sight; -1 when the cache is full.
///
/// Each cached string is anchored in the registry: its address cannot be given to another string.
static int32_t intern(lua_State *L, kb_vm *vm, int index, const char *bytes) {
    uintptr_t hash = (uintptr_t)bytes >> 4;
    hash ^= hash >> 9;
    for (size_t probe = 0; probe < KB_INTERN_SLOTS; probe++) {
        kb_intern_slot *slot = &vm->intern_slots[(hash + probe) % KB_INTERN_SLOTS];
        if (slot->bytes == bytes) {
            return slot->id;
        }
        if (!slot->bytes) {
            if (vm->interned_count >= KB_INTERN_LIMIT) {
                return -1;
            }
            slot->bytes = bytes;
            slot->id = vm->interned_count++;
            lua_pushvalue(L, index);
            lua_rawgeti(L, LUA_REGISTRYINDEX, vm->interned);
            lua_insert(L, -2);
            lua_rawseti(L, -2, slot->id + 1);
            lua_pop(L, 1);
            return slot->id;
        }
    }
    return -1;
}

void kb_read_from(lua_State *L, kb_vm *vm, int index, kb_value *value) {
    switch (lua_type(L, index)) {
        case LUA_TNUMBER:
            if (lua_isinteger(L, index)) {
                value->type = KB_INTEGER;
                value->integer = lua_tointeger(L, index);
            } else {
                value->type = KB_NUMBER;
                value->number = lua_tonumber(L, index);
            }
            break;
        case LUA_TSTRING: {
            size_t length;
            const char *bytes = lua_tolstring(L, index, &length);
            value->type = KB_STRING;
            value->pointer = bytes;
            value->length = length;
            // Only strings of up to 40 bytes are unique per content.
            value->id = length <= 40 ? intern(L, vm, lua_absindex(L, index), bytes) : -1;
            break;
        }
        case LUA_TBOOLEAN:
            value->type = KB_BOOLEAN;
            value->integer = lua_toboolean(L, index);
            break;
        case LUA_TTABLE: value->type = KB_TABLE; break;
        case LUA_TFUNCTION: value->type = KB_FUNCTION; break;
        case LUA_TUSERDATA:
        case LUA_TLIGHTUSERDATA: value->type = KB_OBJECT; break;
        case LUA_TTHREAD: value->type = KB_THREAD; break;
        default: value->type = KB_NIL; break;
    }
}

/// Pushes the table of a record, fresh or filled again. [-0, +1]
static void push_record(lua_State *L, const kb_record *record) {
    int32_t count = record->shape->count;
    lua_checkstack(L, 4);
    if (record->table) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, record->table);
    } else {
        lua_createtable(L, 0, count);
    }
    for (int32_t i = 0; i < count; i++) {
        const kb_value *value = &record->values[i];
        if (value->type != KB_NIL || record->table) {
            lua_rawgeti(L, LUA_REGISTRYINDEX, record->shape->keys[i]);
            kb_push_to(L, value);
            lua_rawset(L, -3);
        }
    }
}

void kb_push_to(lua_State *L, const kb_value *value) {
    switch (value->type) {
        case KB_BOOLEAN: lua_pushboolean(L, value->integer != 0); break;
        case KB_INTEGER: lua_pushinteger(L, value->integer); break;
        case KB_NUMBER: lua_pushnumber(L, value->number); break;
        case KB_STRING: lua_pushlstring(L, value->pointer, value->length); break;
        case KB_REFERENCE: lua_rawgeti(L, LUA_REGISTRYINDEX, value->id); break;
        case KB_RECORD: push_record(L, value->pointer); break;
        default: lua_pushnil(L); break;
    }
}

void kb_read(kb_vm *vm, int32_t index, kb_value *value) {
    lua_checkstack(vm->running, 4);
    kb_read_from(vm->running, vm, index, value);
}

int32_t kb_top(kb_vm *vm) {
    return lua_gettop(vm->running);
}

bool kb_reserve(kb_vm *vm, int32_t count) {
    return lua_checkstack(vm->running, count);
}

void kb_pop(kb_vm *vm, int32_t count) {
    lua_pop(vm->running, count);
}

void kb_push(kb_vm *vm, const kb_value *value) {
    kb_push_to(vm->running, value);
}

void kb_push_string(kb_vm *vm, const char *bytes, size_t length) {
    lua_pushlstring(vm->running, bytes, length);
}

void kb_push_table(kb_vm *vm, int32_t array_count, int32_t field_count) {
    lua_createtable(vm->running, array_count, field_count);
}

void kb_raw_set(kb_vm *vm, int32_t index) {
    lua_rawset(vm->running, index);
}

void kb_raw_set_index(kb_vm *vm, int32_t index, int64_t key) {
    lua_rawseti(vm->running, index, key);
}

bool kb_next(kb_vm *vm, int32_t index) {
    return lua_next(vm->running, index);
}

void kb_raw_get(kb_vm *vm, int32_t index, const char *bytes, size_t length) {
    index = lua_absindex(vm->running, index);
    lua_pushlstring(vm->running, bytes, length);
    lua_rawget(vm->running, index);
}

const void *kb_identity(kb_vm *vm, int32_t index) {
    return lua_topointer(vm->running, index);
}

int32_t kb_reference(kb_vm *vm, int32_t index) {
    lua_pushvalue(vm->running, index);
    return luaL_ref(vm->running, LUA_REGISTRYINDEX);
}

void kb_release(kb_vm *vm, int32_t reference) {
    luaL_unref(vm->running, LUA_REGISTRYINDEX, reference);
}

const char *kb_interned(kb_vm *vm, int32_t id, size_t *length) {
    lua_State *L = vm->running;
    lua_rawgeti(L, LUA_REGISTRYINDEX, vm->interned);
    lua_rawgeti(L, -1, id + 1);
    const char *bytes = lua_tolstring(L, -1, length);
    lua_pop(L, 2);
    return bytes;
}
