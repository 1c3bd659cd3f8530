/* asskomm-coaching */
#include "coaching.h"

int main(int argc, char **argv)
{
	return service_main(argc, argv, &coaching);
}
