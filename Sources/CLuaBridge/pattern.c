#include "internal.h"

#include <ctype.h>
#include <string.h>

// Lua patterns with a bill: every step of the matcher costs one instruction, because hooks do not fire inside C.
// A pattern that backtracks without end therefore ends at the instruction limit.

enum {
    MAX_CAPTURES = 32,
    MAX_DEPTH = 200,
    CAPTURE_OPEN = -1,
    CAPTURE_POSITION = -2,
};

typedef struct matcher {
    lua_State *L;
    kb_vm *vm;
    const char *subject;
    const char *subject_end;
    const char *pattern_end;
    int depth;
    int count;
    struct {
        const char *start;
        ptrdiff_t length;
    } captures[MAX_CAPTURES];
} matcher;

static const char *match_here(matcher *m, const char *s, const char *p);

static void step(matcher *m) {
    if (--m->vm->budget <= 0) {
        kb_check_limit(m->L, m->vm);
    }
}

/// The end of the single-character class that starts at `p`.
static const char *class_end(matcher *m, const char *p) {
    char first = *p++;
    if (first == '%') {
        if (p == m->pattern_end) {
            luaL_error(m->L, "malformed pattern (ends with '%%')");
        }
        return p + 1;
    }
    if (first != '[') {
        return p;
    }
    if (p < m->pattern_end && *p == '^') {
        p++;
    }
    bool is_first = true;
    while (is_first || p == m->pattern_end || *p != ']') {
        if (p == m->pattern_end) {
            luaL_error(m->L, "malformed pattern (missing ']')");
        }
        is_first = false;
        if (*p++ == '%') {
            if (p == m->pattern_end) {
                luaL_error(m->L, "malformed pattern (missing ']')");
            }
            p++;
        }
    }
    return p + 1;
}

/// Whether a byte is of a class such as `%a`; only ASCII letters count, on every machine.
static bool in_class(unsigned char byte, unsigned char class) {
    bool ascii = byte < 128;
    bool result;
    switch (tolower(class)) {
        case 'a': result = ascii && isalpha(byte); break;
        case 'c': result = ascii && iscntrl(byte); break;
        case 'd': result = byte >= '0' && byte <= '9'; break;
        case 'g': result = ascii && isgraph(byte); break;
        case 'l': result = byte >= 'a' && byte <= 'z'; break;
        case 'p': result = ascii && ispunct(byte); break;
        case 's': result = ascii && isspace(byte); break;
        case 'u': result = byte >= 'A' && byte <= 'Z'; break;
        case 'w': result = ascii && isalnum(byte); break;
        case 'x': result = ascii && isxdigit(byte); break;
        default: return class == byte;
    }
    return isupper(class) ? !result : result;
}

/// Whether a byte is in the set from `p` (at '[') to `last` (at ']').
static bool in_set(unsigned char byte, const char *p, const char *last) {
    bool negated = p[1] == '^';
    p += negated ? 2 : 1;
    for (; p < last; p++) {
        if (*p == '%') {
            p++;
            if (in_class(byte, (unsigned char)*p)) {
                return !negated;
            }
        } else if (p + 2 < last && p[1] == '-') {
            if ((unsigned char)p[0] <= byte && byte <= (unsigned char)p[2]) {
                return !negated;
            }
            p += 2;
        } else if ((unsigned char)*p == byte) {
            return !negated;
        }
    }
    return negated;
}

/// Whether the byte at `s` matches the class from `p` to `end`.
static bool matches_one(matcher *m, const char *s, const char *p, const char *end) {
    step(m);
    if (s >= m->subject_end) {
        return false;
    }
    unsigned char byte = (unsigned char)*s;
    switch (*p) {
        case '.': return true;
        case '%': return in_class(byte, (unsigned char)p[1]);
        case '[':
            // A set is scanned, so it is paid by its length.
            m->vm->budget -= (end - p) / 8;
            return in_set(byte, p, end - 1);
        default: return (unsigned char)*p == byte;
    }
}

/// `%bxy`: the end of the balanced text at `s`, or null.
static const char *match_balanced(matcher *m, const char *s, const char *p) {
    if (p + 1 >= m->pattern_end) {
        luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
    }
    if (s >= m->subject_end || *s != p[0]) {
        return NULL;
    }
    int open = 1;
    for (s++; s < m->subject_end; s++) {
        step(m);
        if (*s == p[1]) {
            if (--open == 0) {
                return s + 1;
            }
        } else if (*s == p[0]) {
            open++;
        }
    }
    return NULL;
}

/// A class followed by `*` or `+`: as much as possible, then less.
static const char *match_greedy(matcher *m, const char *s, const char *p, const char *end) {
    ptrdiff_t taken = 0;
    while (matches_one(m, s + taken, p, end)) {
        taken++;
    }
    for (; taken >= 0; taken--) {
        const char *result = match_here(m, s + taken, end + 1);
        if (result) {
            return result;
        }
    }
    return NULL;
}

/// A class followed by `-`: as little as possible, then more.
static const char *match_lazy(matcher *m, const char *s, const char *p, const char *end) {
    for (;;) {
        const char *result = match_here(m, s, end + 1);
        if (result) {
            return result;
        }
        if (!matches_one(m, s, p, end)) {
            return NULL;
        }
        s++;
    }
}

static const char *open_capture(matcher *m, const char *s, const char *p, ptrdiff_t kind) {
    if (m->count >= MAX_CAPTURES) {
        luaL_error(m->L, "too many captures");
    }
    m->captures[m->count].start = s;
    m->captures[m->count].length = kind;
    m->count++;
    const char *result = match_here(m, s, p);
    if (!result) {
        m->count--;
    }
    return result;
}

static const char *close_capture(matcher *m, const char *s, const char *p) {
    int i = m->count - 1;
    while (i >= 0 && m->captures[i].length != CAPTURE_OPEN) {
        i--;
    }
    if (i < 0) {
        luaL_error(m->L, "invalid pattern capture");
    }
    m->captures[i].length = s - m->captures[i].start;
    const char *result = match_here(m, s, p);
    if (!result) {
        m->captures[i].length = CAPTURE_OPEN;
    }
    return result;
}

/// `%1` to `%9`: the end of the text equal to a closed capture, or null.
static const char *match_reference(matcher *m, const char *s, unsigned char digit) {
    int i = digit - '1';
    if (i < 0 || i >= m->count || m->captures[i].length == CAPTURE_OPEN) {
        luaL_error(m->L, "invalid capture index %%%d in pattern", i + 1);
    }
    ptrdiff_t length = m->captures[i].length < 0 ? 0 : m->captures[i].length;
    m->vm->budget -= length / KB_BYTES_PER_INSTRUCTION;
    if (m->subject_end - s < length || memcmp(m->captures[i].start, s, (size_t)length) != 0) {
        return NULL;
    }
    return s + length;
}

/// `%f[set]`: whether the set begins to match at `s`.
static bool at_frontier(matcher *m, const char *s, const char *set, const char *set_end) {
    unsigned char before = s == m->subject ? '\0' : (unsigned char)s[-1];
    unsigned char here = s == m->subject_end ? '\0' : (unsigned char)*s;
    m->vm->budget -= (set_end - set) / 8;
    return !in_set(before, set, set_end - 1) && in_set(here, set, set_end - 1);
}

/// The end of the match of the pattern rest `p` at `s`, or null.
static const char *match_rest(matcher *m, const char *s, const char *p) {
    while (p < m->pattern_end) {
        step(m);
        if (*p == '(') {
            bool position = p + 1 < m->pattern_end && p[1] == ')';
            return open_capture(m, s, p + (position ? 2 : 1), position ? CAPTURE_POSITION : CAPTURE_OPEN);
        }
        if (*p == ')') {
            return close_capture(m, s, p + 1);
        }
        if (*p == '$' && p + 1 == m->pattern_end) {
            return s == m->subject_end ? s : NULL;
        }
        char escaped = *p == '%' && p + 1 < m->pattern_end ? p[1] : '\0';
        if (escaped == 'b') {
            s = match_balanced(m, s, p + 2);
            p += 4;
        } else if (escaped == 'f') {
            p += 2;
            if (p >= m->pattern_end || *p != '[') {
                luaL_error(m->L, "missing '[' after '%%f' in pattern");
            }
            const char *set_end = class_end(m, p);
            s = at_frontier(m, s, p, set_end) ? s : NULL;
            p = set_end;
        } else if (isdigit((unsigned char)escaped)) {
            s = match_reference(m, s, (unsigned char)escaped);
            p += 2;
        } else {
            const char *end = class_end(m, p);
            char suffix = end < m->pattern_end ? *end : '\0';
            if (suffix == '*') {
                return match_greedy(m, s, p, end);
            }
            if (suffix == '-') {
                return match_lazy(m, s, p, end);
            }
            if (suffix == '+') {
                return matches_one(m, s, p, end) ? match_greedy(m, s + 1, p, end) : NULL;
            }
            bool matched = matches_one(m, s, p, end);
            if (suffix == '?') {
                const char *with = matched ? match_here(m, s + 1, end + 1) : NULL;
                if (with) {
                    return with;
                }
                p = end + 1;
                continue;
            }
            s = matched ? s + 1 : NULL;
            p = end;
        }
        if (!s) {
            return NULL;
        }
    }
    return s;
}

static const char *match_here(matcher *m, const char *s, const char *p) {
    if (++m->depth > MAX_DEPTH) {
        luaL_error(m->L, "pattern too complex");
    }
    const char *result = match_rest(m, s, p);
    m->depth--;
    return result;
}

/// Matches the whole pattern at `s` with fresh captures.
static const char *match_at(matcher *m, const char *s, const char *p) {
    m->depth = 0;
    m->count = 0;
    step(m);
    return match_here(m, s, p);
}

/// Pushes capture `i`, or the whole match when there are no captures.
static void push_capture(matcher *m, int i, const char *start, const char *end) {
    if (i >= m->count) {
        if (i != 0) {
            luaL_error(m->L, "invalid capture index %%%d", i + 1);
        }
        lua_pushlstring(m->L, start, (size_t)(end - start));
    } else if (m->captures[i].length == CAPTURE_POSITION) {
        lua_pushinteger(m->L, m->captures[i].start - m->subject + 1);
    } else if (m->captures[i].length == CAPTURE_OPEN) {
        luaL_error(m->L, "unfinished capture");
    } else {
        lua_pushlstring(m->L, m->captures[i].start, (size_t)m->captures[i].length);
    }
}

/// Pushes all captures; the whole match when there are none and `start` is given. Returns how many.
static int push_captures(matcher *m, const char *start, const char *end) {
    int count = m->count == 0 && start ? 1 : m->count;
    luaL_checkstack(m->L, count, "too many captures");
    for (int i = 0; i < count; i++) {
        push_capture(m, i, start, end);
    }
    return count;
}

/// The zero-based start position an optional argument asks for.
static size_t start_position(lua_State *L, int argument, size_t length) {
    lua_Integer position = luaL_optinteger(L, argument, 1);
    if (position > 0) {
        return (size_t)position - 1;
    }
    if (position == 0 || position < -(lua_Integer)length) {
        return 0;
    }
    return length + (size_t)position;
}

/// The first plain occurrence of `needle` at or after `from`, charged by what it reads.
static const char *find_plain(matcher *m, const char *from, const char *needle, size_t length) {
    if (length == 0) {
        return from;
    }
    while ((size_t)(m->subject_end - from) >= length) {
        const char *last = m->subject_end - length + 1;
        const char *candidate = memchr(from, needle[0], (size_t)(last - from));
        m->vm->budget -= ((candidate ? candidate : last) - from) / KB_BYTES_PER_INSTRUCTION;
        if (!candidate) {
            return NULL;
        }
        m->vm->budget -= (int64_t)length / KB_BYTES_PER_INSTRUCTION;
        step(m);
        if (memcmp(candidate, needle, length) == 0) {
            return candidate;
        }
        from = candidate + 1;
    }
    return NULL;
}

static matcher make_matcher(lua_State *L, const char *subject, size_t length, const char *pattern_end) {
    return (matcher){
        .L = L, .vm = kb_of(L), .subject = subject, .subject_end = subject + length, .pattern_end = pattern_end,
    };
}

static int find_or_match(lua_State *L, bool find) {
    size_t length, pattern_length;
    const char *subject = luaL_checklstring(L, 1, &length);
    const char *pattern = luaL_checklstring(L, 2, &pattern_length);
    size_t init = start_position(L, 3, length);
    if (init > length) {
        lua_pushnil(L);
        return 1;
    }
    matcher m = make_matcher(L, subject, length, pattern + pattern_length);
    bool special = strcspn(pattern, "^$*+?.([%-") != pattern_length;
    if (find && (lua_toboolean(L, 4) || !special)) {
        const char *found = find_plain(&m, subject + init, pattern, pattern_length);
        if (found) {
            lua_pushinteger(L, found - subject + 1);
            lua_pushinteger(L, found - subject + (lua_Integer)pattern_length);
            return 2;
        }
        lua_pushnil(L);
        return 1;
    }
    bool anchored = pattern_length > 0 && *pattern == '^';
    for (const char *s = subject + init; s <= m.subject_end; s++) {
        const char *end = match_at(&m, s, pattern + anchored);
        if (end && find) {
            lua_pushinteger(L, s - subject + 1);
            lua_pushinteger(L, end - subject);
            return push_captures(&m, NULL, NULL) + 2;
        }
        if (end) {
            return push_captures(&m, s, end);
        }
        if (anchored) {
            break;
        }
    }
    lua_pushnil(L);
    return 1;
}

int kb_find(lua_State *L) {
    return find_or_match(L, true);
}

int kb_match(lua_State *L) {
    return find_or_match(L, false);
}

/// Upvalues: subject, pattern, next start, end of the last match (-1 for none).
static int next_match(lua_State *L) {
    size_t length, pattern_length;
    const char *subject = lua_tolstring(L, lua_upvalueindex(1), &length);
    const char *pattern = lua_tolstring(L, lua_upvalueindex(2), &pattern_length);
    lua_Integer last_end = lua_tointeger(L, lua_upvalueindex(4));
    matcher m = make_matcher(L, subject, length, pattern + pattern_length);
    for (const char *s = subject + lua_tointeger(L, lua_upvalueindex(3)); s <= m.subject_end; s++) {
        const char *end = match_at(&m, s, pattern);
        if (end && end - subject != last_end) {
            lua_pushinteger(L, end - subject);
            lua_pushvalue(L, -1);
            lua_replace(L, lua_upvalueindex(3));
            lua_replace(L, lua_upvalueindex(4));
            return push_captures(&m, s, end);
        }
    }
    return 0;
}

int kb_gmatch(lua_State *L) {
    size_t length;
    luaL_checklstring(L, 1, &length);
    luaL_checkstring(L, 2);
    size_t init = start_position(L, 3, length);
    lua_settop(L, 2);
    lua_pushinteger(L, (lua_Integer)(init > length ? length + 1 : init));
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, next_match, 4);
    return 1;
}

/// Adds a replacement text with its `%0` to `%9` to the result.
static void add_text(matcher *m, luaL_Buffer *result, const char *start, const char *end) {
    size_t length;
    const char *text = lua_tolstring(m->L, 3, &length);
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '%') {
            luaL_addchar(result, text[i]);
            continue;
        }
        i++;
        char next = i < length ? text[i] : '\0';
        if (next == '%') {
            luaL_addchar(result, '%');
        } else if (next == '0') {
            luaL_addlstring(result, start, (size_t)(end - start));
        } else if (isdigit((unsigned char)next)) {
            push_capture(m, next - '1', start, end);
            luaL_tolstring(m->L, -1, NULL);
            lua_remove(m->L, -2);
            luaL_addvalue(result);
        } else {
            luaL_error(m->L, "invalid use of '%%' in replacement string");
        }
    }
}

/// Adds what replaces a match to the result; returns whether anything changed.
static bool add_replacement(matcher *m, luaL_Buffer *result, const char *start, const char *end) {
    lua_State *L = m->L;
    switch (lua_type(L, 3)) {
        case LUA_TFUNCTION:
            lua_pushvalue(L, 3);
            lua_call(L, push_captures(m, start, end), 1);
            break;
        case LUA_TTABLE:
            push_capture(m, 0, start, end);
            lua_gettable(L, 3);
            break;
        default:
            add_text(m, result, start, end);
            return true;
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(result, start, (size_t)(end - start));
        return false;
    }
    if (!lua_isstring(L, -1)) {
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    }
    luaL_addvalue(result);
    return true;
}

int kb_gsub(lua_State *L) {
    size_t length, pattern_length;
    const char *subject = luaL_checklstring(L, 1, &length);
    const char *pattern = luaL_checklstring(L, 2, &pattern_length);
    int type = lua_type(L, 3);
    luaL_argexpected(
        L, type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TFUNCTION || type == LUA_TTABLE, 3,
        "string/function/table");
    lua_Integer limit = luaL_optinteger(L, 4, (lua_Integer)length + 1);
    bool anchored = pattern_length > 0 && *pattern == '^';
    matcher m = make_matcher(L, subject, length, pattern + pattern_length);
    const char *s = subject;
    const char *last_end = NULL;
    lua_Integer count = 0;
    luaL_Buffer result;
    luaL_buffinit(L, &result);
    while (count < limit) {
        const char *end = match_at(&m, s, pattern + anchored);
        if (end && end != last_end) {
            count++;
            add_replacement(&m, &result, s, end);
            s = last_end = end;
        } else if (s < m.subject_end) {
            luaL_addchar(&result, *s++);
        } else {
            break;
        }
        if (anchored) {
            break;
        }
    }
    luaL_addlstring(&result, s, (size_t)(m.subject_end - s));
    luaL_pushresult(&result);
    lua_pushinteger(L, count);
    return 2;
}
