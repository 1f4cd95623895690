#include "internal.h"

#include <stdlib.h>
#include <string.h>

// The life cycle and the limits of a state.

static void on_count(lua_State *L, lua_Debug *record);

/// Spends the budget because of work the count hook cannot see, and lets the hook fire at the next instruction.
static void drain(kb_vm *vm, size_t bytes) {
    vm->budget -= (int64_t)(bytes / KB_BYTES_PER_INSTRUCTION);
    if (vm->budget <= 0 && vm->running) {
        lua_sethook(vm->running, on_count, LUA_MASKCOUNT, 1);
    }
}

/// Whether script code may grow by this much; a refusal also costs, because Lua answers it with a full collection.
static bool may_grow(kb_vm *vm, bool is_new_string, size_t growth) {
    bool long_string = is_new_string && growth > KB_STRING_LIMIT + 64;
    if (long_string || growth > vm->memory_limit || vm->memory > vm->memory_limit - growth) {
        vm->refused = true;
        vm->refused_string = long_string;
        drain(vm, vm->memory + KB_BYTES_PER_INSTRUCTION);
        return false;
    }
    if (growth >= KB_CHARGED_GROWTH) {
        drain(vm, growth);
    }
    return true;
}

/// The counting allocator: refuses growth only, and only while script code runs.
static void *allocate(void *context, void *block, size_t old_size, size_t new_size) {
    kb_vm *vm = context;
    size_t old = block ? old_size : 0;
    if (new_size == 0) {
        free(block);
        vm->memory -= old;
        return NULL;
    }
    if (new_size > old && !vm->scripted) {
        vm->host_growth += new_size - old;
    } else if (new_size > old && !may_grow(vm, !block && old_size == LUA_TSTRING, new_size - old)) {
        return NULL;
    }
    void *moved = realloc(block, new_size);
    if (!moved) {
        return new_size <= old ? block : NULL;
    }
    vm->memory = vm->memory - old + new_size;
    if (vm->memory > vm->peak_memory) {
        vm->peak_memory = vm->memory;
    }
    return moved;
}

void kb_check_limit(lua_State *L, kb_vm *vm) {
    if (vm->budget > 0 && !vm->exhausted) {
        return;
    }
    vm->exhausted = true;
    luaL_error(L, "instruction limit of %I reached", (LUAI_UACINT)vm->granted);
}

void kb_charge(lua_State *L, int64_t cost) {
    kb_vm *vm = kb_of(L);
    vm->budget -= cost;
    if (vm->scripted) {
        kb_check_limit(L, vm);
    }
}

/// Runs every KB_INTERVAL instructions of a thread, and at each instruction once the budget is spent.
static void on_count(lua_State *L, lua_Debug *record) {
    kb_vm *vm = kb_of(L);
    bool armed = lua_gethookcount(L) != KB_INTERVAL;
    if (!vm->scripted) {
        return;
    }
    vm->budget -= armed ? 1 : KB_INTERVAL;
    if (vm->budget <= 0 || vm->exhausted) {
        vm->exhausted = true;
        if (!armed) {
            lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
        }
        lua_getinfo(L, "Sl", record);
        luaL_error(
            L, "%s:%d: instruction limit of %I reached", record->short_src, record->currentline,
            (LUAI_UACINT)vm->granted);
    }
    if (armed) {
        lua_sethook(L, on_count, LUA_MASKCOUNT, KB_INTERVAL);
    }
    if (lua_getlocal(L, record, -(KB_VARARG_LIMIT + 1))) {
        luaL_error(L, "more than %d variable arguments", (int)KB_VARARG_LIMIT);
    }
}

/// Installs the sandbox; runs protected and with the limits off.
static int open_protected(lua_State *L) {
    kb_open_sandbox(L);
    return 0;
}

kb_vm *kb_open(size_t memory_limit, uint64_t seed, kb_host host, void *context) {
    kb_vm *vm = calloc(1, sizeof(kb_vm));
    if (!vm) {
        return NULL;
    }
    vm->memory_limit = memory_limit;
    vm->host = host;
    vm->context = context;
    lua_State *L = lua_newstate(allocate, vm);
    if (!L) {
        free(vm);
        return NULL;
    }
    vm->main = L;
    vm->running = L;
    *(kb_vm **)lua_getextraspace(L) = vm;
    // Before anything else: a coroutine inherits the hook of its maker.
    lua_sethook(L, on_count, LUA_MASKCOUNT, KB_INTERVAL);
    kb_seed(vm, seed);
    lua_pushcfunction(L, open_protected);
    if (lua_pcall(L, 0, 0, 0) != LUA_OK) {
        kb_close(vm);
        return NULL;
    }
    lua_pushcfunction(L, kb_on_error);  // stays at KB_STACK_BASE
    return vm;
}

size_t kb_close(kb_vm *vm) {
    vm->scripted = false;
    lua_close(vm->main);
    size_t owed = vm->memory;
    free(vm);
    return owed;
}

/// Splitmix64: spreads one seed over the generator's state.
static uint64_t spread(uint64_t *state) {
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

void kb_seed(kb_vm *vm, uint64_t seed) {
    for (int i = 0; i < 4; i++) {
        vm->random[i] = spread(&seed);
    }
}

kb_statistics kb_get_statistics(const kb_vm *vm) {
    return (kb_statistics){
        .calls = vm->calls,
        .errors = vm->errors,
        .memory = vm->memory,
        .peak_memory = vm->peak_memory,
        .last_instructions = vm->granted - vm->budget,
    };
}

void kb_charge_host(kb_vm *vm, size_t bytes) {
    vm->host_growth += bytes;
}

bool kb_is_busy(const kb_vm *vm) {
    return vm->busy;
}

void kb_collect(kb_vm *vm) {
    lua_gc(vm->main, LUA_GCCOLLECT);
}
