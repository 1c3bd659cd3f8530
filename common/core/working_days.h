/* Working days in Saxony: Monday to Friday without the public holidays of § 1 SächsSFG.
 *
 * Days are day numbers (core/civil.h). Holidays that were decreed for one year alone are known too:
 * Reformation Day is one every year here, the 500th included. */
#ifndef ASSKOMM_CORE_WORKING_DAYS_H
#define ASSKOMM_CORE_WORKING_DAYS_H

#include <stdbool.h>
#include <stdint.h>

/* Easter Sunday of a Gregorian year. */
int32_t easter_sunday(int year);

/* Whether work is done on that day. */
bool is_working_day(int32_t day);

/* The day that lies `count` working days after `day`, which itself is not counted and may be any
 * day; 0 gives `day` when it is a working day, else the next one. */
int32_t add_working_days(int32_t day, uint32_t count);

#endif
