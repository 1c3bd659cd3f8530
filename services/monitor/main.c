/* asskomm-monitor */
#include "monitor.h"

int main(int argc, char **argv)
{
	return service_main(argc, argv, &monitor);
}
