/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pattern engine needs from its surroundings. The engine's C files are the same in the
 * kernel and in userspace; this header is the only place that knows which of the two it is.
 */
#ifndef _L7_PORT_H
#define _L7_PORT_H

#ifdef __KERNEL__

#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/vmalloc.h>

/* Zeroed room for @n elements of @size bytes, charged to the caller's memory cgroup, or NULL. */
static inline void *l7_calloc(size_t n, size_t size)
{
	return kvcalloc(n, size, GFP_KERNEL_ACCOUNT);
}

/*
 * Zeroed room of @size bytes that is kept, charged as above, or NULL. What is more than a page takes
 * whole pages: kmalloc() would round it up to the next power of two, and the cap on all tables
 * would be a cap on half of what they may take.
 */
static inline void *l7_keep(size_t size)
{
	if (size <= PAGE_SIZE)
		return kzalloc(size, GFP_KERNEL_ACCOUNT);
	return __vmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
}

static inline void l7_free(const void *room)
{
	kvfree(room);
}

/* Lets others run. -EINTR when the process is being killed: the caller must unwind. */
static inline int l7_breathe(void)
{
	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	return 0;
}

#else

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

static inline void *ERR_PTR(long error)
{
	return (void *)(intptr_t)error;
}

static inline long PTR_ERR(const void *ptr)
{
	return (long)(intptr_t)ptr;
}

static inline bool IS_ERR(const void *ptr)
{
	return (uintptr_t)ptr >= (uintptr_t)-4095;
}

static inline unsigned int __ffs64(u64 word)
{
	return (unsigned int)__builtin_ctzll(word);
}

static inline unsigned int hweight64(u64 word)
{
	return (unsigned int)__builtin_popcountll(word);
}

/* Of any scalar: read or written at once, for readers without a lock. */
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile __typeof__(x) *)&(x) = (value))

static inline void *l7_calloc(size_t n, size_t size)
{
	return calloc(n, size);
}

static inline void *l7_keep(size_t size)
{
	return calloc(1, size);
}

static inline void l7_free(const void *room)
{
	free((void *)(uintptr_t)room);
}

static inline int l7_breathe(void)
{
	return 0;
}

#endif /* __KERNEL__ */

#endif /* _L7_PORT_H */
