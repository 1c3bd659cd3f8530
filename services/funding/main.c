/* asskomm-funding */
#include "funding.h"

int main(int argc, char **argv)
{
	return service_main(argc, argv, &funding);
}
