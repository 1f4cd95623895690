#ifndef KB_INTERNAL_H
#define KB_INTERNAL_H

#include "CLuaBridge.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

// What the files of the bridge share. Functions marked "raises" may be called only below a protected call.

enum {
    /// Instructions between two hook calls; under 500 costs speed, over 10,000 gains none.
    KB_INTERVAL = 1000,
    /// The longest string a script can make, in bytes: one instruction on strings then stays in the microseconds.
    KB_STRING_LIMIT = 65536,
    /// The longest source text of one chunk, in bytes.
    KB_SOURCE_LIMIT = 524288,
    /// The most variable arguments a function may hold when the hook looks.
    KB_VARARG_LIMIT = 4096,
    /// Growth in bytes from which an allocation is charged to the instruction budget, and bytes per instruction.
    KB_CHARGED_GROWTH = 1024,
    KB_BYTES_PER_INSTRUCTION = 64,
    /// Instructions a call of the host stands for, and bytes it makes or reads for one more.
    KB_HOST_CALL_COST = 50,
    KB_HOST_BYTES_PER_INSTRUCTION = 4,
    /// Instructions the search for a module stands for: the host may look at the disk.
    KB_REQUIRE_COST = 2000,
    /// Instructions for the `__tostring` of an error object.
    KB_DESCRIBE_BUDGET = 100000,
    KB_INTERN_SLOTS = 512,
    KB_INTERN_LIMIT = 256,
    /// Main-stack slots that are never popped: the message handler.
    KB_STACK_BASE = 1,
};

/// A slot of the cache from string addresses to ids; the strings are anchored, so addresses stay unique.
typedef struct kb_intern_slot {
    const char *bytes;
    int32_t id;
} kb_intern_slot;

struct kb_vm {
    lua_State *main;
    /// The thread whose code runs now: the main one or a coroutine.
    lua_State *running;
    kb_host host;
    void *context;
    int64_t budget;
    int64_t granted;
    size_t memory;
    size_t peak_memory;
    size_t memory_limit;
    /// Bytes the host allocated in the present call from a script.
    size_t host_growth;
    /// The limits apply: script code is on top.
    bool scripted;
    /// An entry from the host is open.
    bool busy;
    /// The budget of this entry is spent; every catch point raises again.
    bool exhausted;
    /// The allocator refused growth in this entry.
    bool refused;
    /// What was refused was a string over the limit.
    bool refused_string;
    uint64_t random[4];
    uint64_t calls;
    /// Counts every entry, those that describe an error too.
    uint64_t entry;
    uint64_t errors;
    int32_t status;
    int32_t builtins;
    int32_t modules;
    int32_t traceback;
    int32_t interned;
    int32_t interned_count;
    int32_t error_line;
    char error_source[LUA_IDSIZE];
    char describe_source[LUA_IDSIZE];
    kb_intern_slot intern_slots[KB_INTERN_SLOTS];
};

/// The bridge's data of a state, from its extra space (coroutines have a copy).
static inline kb_vm *kb_of(lua_State *L) {
    return *(kb_vm **)lua_getextraspace(L);
}

// vm.c
/// Raises the limit error if the budget is spent.
void kb_check_limit(lua_State *L, kb_vm *vm);
/// Takes `cost` instructions off the budget; raises when it is spent.
void kb_charge(lua_State *L, int64_t cost);

// call.c
/// The message handler of all entries: notes place and traceback, keeps the error value.
int kb_on_error(lua_State *L);
/// Compiles a chunk: [-0, +1], a function or a message; returns a Lua status. Does not raise.
int kb_compile(lua_State *L, const char *source, size_t length, const char *chunk);

// value.c
void kb_read_from(lua_State *L, kb_vm *vm, int index, kb_value *value);
void kb_push_to(lua_State *L, const kb_value *value);

// host.c
/// Calls the host with the limits off and raises what it answers. Raises. [-?, +results]
int kb_call_host(lua_State *L, int32_t id);
/// Raises "`what` 'name'…; did you mean …?" with candidates from the table at `index`. Raises.
int kb_raise_unknown(lua_State *L, const char *what, const char *name, const char *end, int index);

// The parts of the sandbox; each expects and changes the table named. Raise.
void kb_open_sandbox(lua_State *L);          // sandbox.c: [-0, +0]
void kb_add_base(lua_State *L, int table);   // base.c
void kb_add_coroutines(lua_State *L);        // coroutines.c: [-0, +1]
void kb_add_strings(lua_State *L);           // strings.c: [-0, +1]
void kb_add_tables(lua_State *L);            // tables.c: [-0, +1]
void kb_add_math(lua_State *L);              // math.c: [-0, +1]
int kb_pairs(lua_State *L);                  // pairs.c
int kb_find(lua_State *L);                   // pattern.c
int kb_match(lua_State *L);
int kb_gmatch(lua_State *L);
int kb_gsub(lua_State *L);
int kb_require(lua_State *L);                // sandbox.c
/// Pushes the text of a value: as `tostring`, but never an address. Raises. [-0, +1]
const char *kb_to_string(lua_State *L, int index, size_t *length);

#endif
