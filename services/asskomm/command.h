/* The sub-commands of `asskomm`, and how a command ends.
 *
 * Each command has a file of its own, command_<name>.c, with one function that reads its options,
 * does its work and gives the exit code. main.c holds the table. */
#ifndef ASSKOMM_COMMAND_H
#define ASSKOMM_COMMAND_H

/* What a script may rely on. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1,     /* the suite refused it, or something was found broken */
	EXIT_USAGE = 2,       /* the command line itself is wrong */
	EXIT_UNREACHABLE = 3, /* no answer, or a part of the suite does not answer */
};

struct subcommand {
	const char *name;                  /* "report" */
	const char *help;                  /* one line for the overview */
	int (*run)(int argc, char **argv); /* argv[0] is the name; gives the exit code */
};

/* To add one: a file command_<name>.c, its function here, and a row in main.c. */
int command_analysis(int argc, char **argv);
int command_codes(int argc, char **argv);
int command_coach(int argc, char **argv);
int command_coaching(int argc, char **argv);
int command_figures(int argc, char **argv);
int command_follow(int argc, char **argv);
int command_import(int argc, char **argv);
int command_import_boundaries(int argc, char **argv); /* of `import`, which passes it on */
int command_keys(int argc, char **argv);
int command_migrate(int argc, char **argv);
int command_pipeline(int argc, char **argv);
int command_publish(int argc, char **argv);
int command_report(int argc, char **argv);
int command_search(int argc, char **argv);
int command_sign(int argc, char **argv);
int command_status(int argc, char **argv);
int command_token(int argc, char **argv);
int command_verify(int argc, char **argv);

#endif
