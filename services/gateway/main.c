/* The process asskomm-gateway. */
#include "gateway.h"

int main(int argc, char **argv)
{
	return service_main(argc, argv, &gateway);
}
