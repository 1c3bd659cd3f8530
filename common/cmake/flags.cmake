# How our own code is compiled and every program linked: `flags` carries the warnings (generated
# code does not get them), the rest holds for everything.
add_library(flags INTERFACE)
target_compile_options(flags INTERFACE
	-Wall -Wextra -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wvla -Wformat=2
	-Wimplicit-fallthrough -Wundef $<$<BOOL:${ASSKOMM_WERROR}>:-Werror>)

add_compile_definitions(_GNU_SOURCE)
# Descriptors are reached through pointers to their first member (protobuf-c).
add_compile_options(-fno-strict-aliasing)

if(ASSKOMM_SANITIZE)
	add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
		-fno-omit-frame-pointer)
	add_link_options(-fsanitize=address,undefined)
else()
	add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
		-fstack-clash-protection)
	if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|i.86")
		add_compile_options(-fcf-protection)
	endif()
endif()
if(ASSKOMM_FUZZ)
	add_compile_options(-fsanitize=fuzzer-no-link)
endif()
add_link_options(-Wl,-z,relro,-z,now,-z,noexecstack)
