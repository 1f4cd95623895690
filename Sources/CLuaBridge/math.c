#include "internal.h"

// math, with a generator that is seeded by the host (xoshiro256**) in place of the one seeded by time and address.

static uint64_t rotate(uint64_t value, int count) {
    return (value << count) | (value >> (64 - count));
}

/// The next 64 random bits.
static uint64_t next_random(uint64_t state[4]) {
    uint64_t result = rotate(state[1] * 5, 7) * 9;
    uint64_t shifted = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate(state[3], 45);
    return result;
}

/// A uniform number in 0…`highest`: draws under a mask until one fits.
static uint64_t draw(uint64_t state[4], uint64_t highest) {
    uint64_t mask = highest;
    for (int shift = 1; shift < 64; shift *= 2) {
        mask |= mask >> shift;
    }
    uint64_t value;
    do {
        value = next_random(state) & mask;
    } while (value > highest);
    return value;
}

/// `math.random`: () a float in [0, 1); (0) an integer of 64 random bits; (m) in 1…m; (m, n) in m…n.
static int math_random(lua_State *L) {
    uint64_t *state = kb_of(L)->random;
    lua_Integer low = 1;
    lua_Integer high;
    switch (lua_gettop(L)) {
        case 0:
            lua_pushnumber(L, (lua_Number)(next_random(state) >> 11) * 0x1p-53);
            return 1;
        case 1:
            high = luaL_checkinteger(L, 1);
            if (high == 0) {
                lua_pushinteger(L, (lua_Integer)next_random(state));
                return 1;
            }
            break;
        case 2:
            low = luaL_checkinteger(L, 1);
            high = luaL_checkinteger(L, 2);
            break;
        default: return luaL_error(L, "wrong number of arguments");
    }
    luaL_argcheck(L, low <= high, lua_gettop(L), "interval is empty");
    lua_pushinteger(L, (lua_Integer)(draw(state, (uint64_t)high - (uint64_t)low) + (uint64_t)low));
    return 1;
}

void kb_add_math(lua_State *L) {
    lua_pushcfunction(L, luaopen_math);
    lua_call(L, 0, 1);
    lua_pushnil(L);
    lua_setfield(L, -2, "randomseed");
    lua_pushcfunction(L, math_random);
    lua_setfield(L, -2, "random");
}
