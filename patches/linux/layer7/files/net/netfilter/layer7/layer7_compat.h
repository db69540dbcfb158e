/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernels from 5.10 on, under the words of the newest. The match asks for a kernel's version here
 * and nowhere else.
 */
#ifndef _LAYER7_COMPAT_H
#define _LAYER7_COMPAT_H

#include <linux/version.h>

/* sha256() */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#include <crypto/sha.h>
#else
#include <crypto/sha2.h>
#endif

#endif /* _LAYER7_COMPAT_H */
