// SPDX-License-Identifier: GPL-2.0-only
/* A captured frame of each kind: what is said to be its payload lies in it. The input: kind, frame. */
#include <stdlib.h>
#include <pcap/dlt.h>

#include "packet.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const int links[] = { DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL, DLT_RAW };
	struct packet pkt;
	int link;

	if (!size)
		return 0;
	link = links[*data % (sizeof(links) / sizeof(links[0]))];
	if (!packet_link_known(link))
		abort();
	data++;
	size--;
	if (packet_parse(&pkt, link, data, size))
		return 0;
	if (pkt.payload < data || pkt.len > size || pkt.payload + pkt.len > data + size)
		abort();
	return 0;
}
