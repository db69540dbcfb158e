// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

int main(void)
{
	puts("iptables v1.0 (legacy)");
	return 0;
}
