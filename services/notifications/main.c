/* asskomm-notifications */
#include "notifications.h"

int main(int argc, char **argv)
{
	return service_main(argc, argv, &notifications);
}
