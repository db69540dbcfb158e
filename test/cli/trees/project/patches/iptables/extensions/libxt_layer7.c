// SPDX-License-Identifier: GPL-2.0-only
int layer7_parse(int option)
{
	return option == '7';
}
