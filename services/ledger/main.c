/* asskomm-ledger */
#include "ledger.h"

int main(int argc, char **argv)
{
	return service_main(argc, argv, &ledger);
}
