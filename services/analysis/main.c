/* asskomm-analysis */
#include "analysis.h"

int main(int argc, char **argv)
{
	return service_main(argc, argv, &analysis);
}
