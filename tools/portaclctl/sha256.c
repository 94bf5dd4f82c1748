// SPDX-License-Identifier: GPL-2.0-only
/*
 * SHA-256, FIPS 180-4.
 */
#include <endian.h>

#include "sha256.h"

#define BLOCK 64

static const u32 k[BLOCK] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static u32 rotate(u32 x, u32 n)
{
	return x >> n | x << (32 - n);
}

static void expand(u32 *w, const unsigned char *block)
{
	u32 i;

	memcpy(w, block, BLOCK);
	for (i = 0; i < 16; i++)
		w[i] = be32toh(w[i]);
	for (; i < BLOCK; i++) {
		u32 x = w[i - 15], y = w[i - 2];

		w[i] = w[i - 16] + w[i - 7] +
		       (rotate(x, 7) ^ rotate(x, 18) ^ x >> 3) +
		       (rotate(y, 17) ^ rotate(y, 19) ^ y >> 10);
	}
}

static void add_block(u32 *state, const unsigned char *block)
{
	u32 w[BLOCK], s[8], i;

	expand(w, block);
	memcpy(s, state, sizeof(s));
	for (i = 0; i < BLOCK; i++) {
		u32 t1 = s[7] + k[i] + w[i] + ((s[4] & s[5]) ^ (~s[4] & s[6])) +
			 (rotate(s[4], 6) ^ rotate(s[4], 11) ^
			  rotate(s[4], 25));
		u32 t2 = ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2])) +
			 (rotate(s[0], 2) ^ rotate(s[0], 13) ^
			  rotate(s[0], 22));

		memmove(s + 1, s, 7 * sizeof(*s));
		s[4] += t1;
		s[0] = t1 + t2;
	}
	for (i = 0; i < 8; i++)
		state[i] += s[i];
}

/* The digest of a text, in hexadecimal; for free(). */
char *sha256_hex(const char *text, size_t len)
{
	u32 state[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};
	unsigned char tail[2 * BLOCK] = { 0 };
	size_t whole = len / BLOCK * BLOCK, rest = len - whole, i;
	size_t end = rest < BLOCK - 8 ? BLOCK : 2 * BLOCK;
	u64 bits = htobe64((u64)len * 8);
	struct buf hex = { 0 };

	for (i = 0; i < whole; i += BLOCK)
		add_block(state, (const unsigned char *)text + i);
	memcpy(tail, text + whole, rest);
	tail[rest] = 0x80;
	memcpy(tail + end - 8, &bits, 8);
	for (i = 0; i < end; i += BLOCK)
		add_block(state, tail + i);
	for (i = 0; i < 8; i++)
		buf_printf(&hex, "%08x", state[i]);
	return hex.text;
}
