#ifndef KB_CLUABRIDGE_H
#define KB_CLUABRIDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A narrow bridge to one sandboxed Lua 5.4 state.
//
// The rules every function here keeps:
// - Lua errors are raised only inside C. A function of this header never jumps over its caller.
// - Functions marked "limits off" allocate without the memory limit and therefore cannot fail.
// - "[-p, +q]" is the effect on the current stack: p values popped, q pushed. The current stack is that of the script
//   code that called the host, or else the main one. Indices start at 1 in the frame of the host function; outside
//   of a host function use kb_result_index.
// - Nothing here is thread-safe: one state belongs to one caller at a time.

/// One sandboxed Lua state with its limits and statistics.
typedef struct kb_vm kb_vm;

/// The type of a value.
enum {
    KB_NIL = 0,
    KB_BOOLEAN,
    KB_INTEGER,
    KB_NUMBER,
    KB_STRING,
    KB_TABLE,
    KB_FUNCTION,
    KB_OBJECT,
    KB_THREAD,
    /// Input only: the value held under a registry reference (`id`).
    KB_REFERENCE,
    /// Input only: the table made of a `kb_record` (`pointer`).
    KB_RECORD,
};

/// How a protected entry ended.
enum {
    KB_OK = 0,
    KB_SYNTAX,
    KB_RUNTIME,
    KB_INSTRUCTION_LIMIT,
    KB_MEMORY,
    /// The entry was refused because a host function is running; there is nothing to describe.
    KB_CONTRACT,
};

/// A scalar, a borrowed string, a reference or a record.
typedef struct kb_value {
    int32_t type;
    /// The registry reference of input, or the interned id of a returned string (-1 for none).
    int32_t id;
    /// An integer; 0 or 1 for a boolean.
    int64_t integer;
    double number;
    /// The bytes of a string (borrowed until the next call), or a `kb_record`.
    const void *pointer;
    /// The length of a string in bytes.
    size_t length;
} kb_value;

/// The field names of a table, as registry references of strings.
typedef struct kb_shape {
    const int32_t *keys;
    int32_t count;
} kb_shape;

/// Values for the fields of a shape; nil values are left out of the table.
typedef struct kb_record {
    const kb_shape *shape;
    const kb_value *values;
    /// A table to fill again at each use, or 0 to make a fresh one.
    int32_t table;
} kb_record;

/// Values the host keeps ready for fields of objects; the first read in each entry calls host function `fill`.
typedef struct kb_live {
    int32_t fill;
    /// Whether a script has read one of them since `kb_live_ready`.
    bool read;
    /// The entry the values are good for.
    uint64_t entry;
} kb_live;

/// One field backed by such a value.
typedef struct kb_live_field {
    kb_live *group;
    const kb_value *value;
} kb_live_field;

/// What went wrong; the pointers are borrowed until the next call.
typedef struct kb_error {
    int32_t kind;
    int32_t line;
    const char *message;
    size_t message_length;
    const char *source;
    const char *traceback;
    size_t traceback_length;
} kb_error;

/// Counters of one state.
typedef struct kb_statistics {
    uint64_t calls;
    uint64_t errors;
    size_t memory;
    size_t peak_memory;
    int64_t last_instructions;
} kb_statistics;

/// Answers a host function: the number of results pushed, or -1 after pushing an error value.
typedef int32_t (*kb_host)(void *context, int32_t id);

/// Ids of host functions below zero are the bridge's own requests.
enum {
    /// `print`: argument 1 is the line.
    KB_HOST_PRINT = -1,
    /// `require`: argument 1 is the name; answer (source text, chunk name).
    KB_HOST_REQUIRE = -2,
};

// MARK: Life cycle (vm.c)

/// Makes a state with the sandbox installed, or null when the system is out of memory. Never raises.
kb_vm *kb_open(size_t memory_limit, uint64_t seed, kb_host host, void *context);
/// Closes the state and returns the bytes it still owed (0 unless there is a bug). Never raises.
size_t kb_close(kb_vm *vm);
/// Restarts the `math.random` sequence. Never raises.
void kb_seed(kb_vm *vm, uint64_t seed);
/// Reads the counters. Never raises.
kb_statistics kb_get_statistics(const kb_vm *vm);
/// Counts bytes a host function read as part of its cost to the script. Never raises.
void kb_charge_host(kb_vm *vm, size_t bytes);
/// Whether script code is running (then only host-function calls are legal). Never raises.
bool kb_is_busy(const kb_vm *vm);
/// Runs a full garbage collection. Limits off, never raises.
void kb_collect(kb_vm *vm);

// MARK: Calls (call.c)

/// Compiles a text chunk and runs it; its first result is at `kb_result_index(vm)`. Protected. [-all, +1]
int32_t kb_load(kb_vm *vm, const char *source, size_t length, const char *chunk, int64_t budget);
/// Calls a referenced function: arguments in, scalars out, known fields of a table at result 1 out.
///
/// `fields` (one per key of `shape`, may be null) is filled when the first result is a table.
/// Protected. [-all, +results]
int32_t kb_call(
    kb_vm *vm, int32_t function, const kb_value *arguments, int32_t argument_count,
    kb_value *results, int32_t result_count, const kb_shape *shape, kb_value *fields, int64_t budget);
/// Drops the results of the previous call; does nothing inside a host function. Never raises. [-all, +0]
void kb_begin(kb_vm *vm);
/// Calls the function below `argument_count` pushed arguments; all results are kept. Protected. [-(n+1), +results]
int32_t kb_invoke(kb_vm *vm, int32_t argument_count, int64_t budget);
/// The stack index of the first result of the last call. Never raises.
int32_t kb_result_index(const kb_vm *vm);
/// The number of results of the last call. Never raises.
int32_t kb_result_count(const kb_vm *vm);
/// Describes the error of the entry that just failed; may run a `__tostring` of the script, protected. [-0, +2]
kb_error kb_describe_error(kb_vm *vm);
/// The first key (in sorted order, strings first) of the table at `index` that the shape lacks. Limits off. [-0, +0]
bool kb_unknown_field(kb_vm *vm, int32_t index, const kb_shape *shape, kb_value *key);

// MARK: Values (value.c). All limits off; none raises.

/// Reads the value at `index`. [-0, +0]
void kb_read(kb_vm *vm, int32_t index, kb_value *value);
/// The number of values on the current frame. [-0, +0]
int32_t kb_top(kb_vm *vm);
/// Makes room for `count` more values; false when the stack is full. [-0, +0]
bool kb_reserve(kb_vm *vm, int32_t count);
/// Pops values. [-count, +0]
void kb_pop(kb_vm *vm, int32_t count);
/// Pushes a scalar, string, reference or record. [-0, +1]
void kb_push(kb_vm *vm, const kb_value *value);
/// Pushes a string. [-0, +1]
void kb_push_string(kb_vm *vm, const char *bytes, size_t length);
/// Pushes a new table. [-0, +1]
void kb_push_table(kb_vm *vm, int32_t array_count, int32_t field_count);
/// Pops value, then key, and stores them in the table at `index`; the key must be neither nil nor NaN. [-2, +0]
void kb_raw_set(kb_vm *vm, int32_t index);
/// Pops a value and stores it under an integer key. [-1, +0]
void kb_raw_set_index(kb_vm *vm, int32_t index, int64_t key);
/// Steps over the table at `index`: replaces the key on top by the next key and its value. [-1, +2 or +0]
bool kb_next(kb_vm *vm, int32_t index);
/// Pushes the field of the table at `index`, without metamethods. [-0, +1]
void kb_raw_get(kb_vm *vm, int32_t index, const char *bytes, size_t length);
/// The identity of a table, function or object, for cycle detection only. [-0, +0]
const void *kb_identity(kb_vm *vm, int32_t index);
/// Takes a registry reference to the value at `index`. [-0, +0]
int32_t kb_reference(kb_vm *vm, int32_t index);
/// Frees a registry reference. [-0, +0]
void kb_release(kb_vm *vm, int32_t reference);
/// The bytes of an interned string. [-0, +0]
const char *kb_interned(kb_vm *vm, int32_t id, size_t *length);

// MARK: Host objects and globals (host.c). All limits off; none raises.

/// Starts an object: pushes its table of fields. [-0, +1]
void kb_object_begin(kb_vm *vm);
/// Adds a field computed by host function `id` on each read. [-0, +0]
void kb_object_property(kb_vm *vm, const char *name, int32_t id);
/// Adds a field that is read from a value the host keeps, without calling it; `field` must outlive the state. [-0, +0]
void kb_object_live(kb_vm *vm, const char *name, const kb_live_field *field);
/// Declares the values good for the entry to come. Never raises.
void kb_live_ready(kb_vm *vm, kb_live *group);
/// Adds a field that is the value on top. [-1, +0]
void kb_object_constant(kb_vm *vm, const char *name);
/// Replaces the table of fields on top by the object, called `name` in messages. [-1, +1]
void kb_object_end(kb_vm *vm, const char *name);
/// Pushes a function that calls host function `id`. [-0, +1]
void kb_push_host_function(kb_vm *vm, int32_t id);
/// Defines a read-only global from the value on top. [-1, +0]
void kb_define_global(kb_vm *vm, const char *name);

/// The edit distance of two names, at most `limit` + 1. Never raises.
int32_t kb_edit_distance(const char *a, size_t a_length, const char *b, size_t b_length, int32_t limit);

#endif
