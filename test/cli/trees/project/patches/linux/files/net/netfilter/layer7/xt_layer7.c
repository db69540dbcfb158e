// SPDX-License-Identifier: GPL-2.0-only
#include <linux/netfilter.h>

static const char info[] __attribute__((section(".modinfo"), used)) =
	"license=GPL\0depends=x_tables";

int layer7_mt(unsigned int data_packets)
{
	return data_packets > 10 ? NF_DROP : NF_ACCEPT;
}
