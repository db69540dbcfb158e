/* SPDX-License-Identifier: GPL-2.0-only */
/* musl has what the kernel's header of this name says, and the two cannot be included together. */
#include <netinet/in.h>
