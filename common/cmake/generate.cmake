# What is generated: protobuf-c's code and our tables from proto/, and by functions further down the
# statements, migrations and embedded files of a program. Nothing of it lies in the source tree.
find_program(PROTOC protoc REQUIRED)
find_program(PROTOC_C protoc-c REQUIRED)
find_path(PROTOBUF_INCLUDE google/protobuf/descriptor.proto REQUIRED)

set(GEN "${CMAKE_BINARY_DIR}/gen")
set(PROTO_ROOT "${CMAKE_SOURCE_DIR}/proto")
file(GLOB PROTO_FILES CONFIGURE_DEPENDS "${PROTO_ROOT}/asskomm/*.proto")
file(MAKE_DIRECTORY "${GEN}")

# A change of one file may change what the others generate (c_package, enums), so each depends on all.
function(add_proto root name)
	add_custom_command(
		OUTPUT "${GEN}/${name}.pb-c.c" "${GEN}/${name}.pb-c.h"
		COMMAND ${PROTOC_C} -I${PROTO_ROOT} -I${PROTOBUF_INCLUDE} --c_out=${GEN} ${root}/${name}.proto
		DEPENDS ${PROTO_FILES}
		COMMENT "proto ${name}" VERBATIM)
endfunction()

add_proto("${PROTOBUF_INCLUDE}" google/protobuf/descriptor)
set(PROTO_SOURCES)
foreach(file ${PROTO_FILES})
	cmake_path(GET file STEM LAST_ONLY name)
	add_proto("${PROTO_ROOT}" asskomm/${name})
	list(APPEND PROTO_SOURCES "${GEN}/asskomm/${name}.pb-c.c")
endforeach()
list(REMOVE_ITEM PROTO_SOURCES "${GEN}/asskomm/options.pb-c.c")

# The messages that the generator itself reads.
add_library(proto_options OBJECT
	"${GEN}/google/protobuf/descriptor.pb-c.c" "${GEN}/asskomm/options.pb-c.c")
target_include_directories(proto_options SYSTEM PUBLIC "${GEN}")
target_link_libraries(proto_options PUBLIC PkgConfig::PROTOBUF_C)

file(GLOB GENERATE_SOURCES CONFIGURE_DEPENDS common/generate/*.c)
# It tells the codes of core/failure.h, which stands on the envelope.
add_executable(generate ${GENERATE_SOURCES} "${GEN}/asskomm/envelope.pb-c.h")
target_include_directories(generate PRIVATE common)
target_link_libraries(generate PRIVATE proto_options flags)
set_target_properties(generate PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")

add_custom_command(
	OUTPUT "${GEN}/asskomm.descriptors"
	COMMAND ${PROTOC} -I${PROTO_ROOT} -I${PROTOBUF_INCLUDE} --include_imports --include_source_info
		--descriptor_set_out=${GEN}/asskomm.descriptors ${PROTO_FILES}
	DEPENDS ${PROTO_FILES}
	COMMENT "proto descriptors" VERBATIM)
add_custom_command(
	OUTPUT "${GEN}/tables.gen.c"
	COMMAND generate tables "${GEN}/asskomm.descriptors" "${GEN}/tables.gen.c"
	DEPENDS generate "${GEN}/asskomm.descriptors"
	COMMENT "tables" VERBATIM)

# The German texts (core/catalogue.h), one file per area; msgfmt looks at the form of each.
find_program(MSGCAT msgcat REQUIRED)
find_program(MSGFMT msgfmt REQUIRED)
file(GLOB TEXTS CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/common/texts/de/*.po")
add_custom_command(
	OUTPUT "${GEN}/catalogue.embedded.gen.c"
	COMMAND ${MSGCAT} --use-first --force-po -o "${GEN}/de.po" ${TEXTS}
	COMMAND ${MSGFMT} --no-hash --endianness=little -o "${GEN}/de.mo" "${GEN}/de.po"
	COMMAND generate embed "${GEN}/catalogue.embedded.gen.c" "CATALOGUE_DE=${GEN}/de.mo"
	DEPENDS generate ${TEXTS}
	COMMENT "texts" VERBATIM)

# The description of the API, for programs and for people; the gateway carries both.
set(DOCS_STYLE "${CMAKE_SOURCE_DIR}/common/generate/docs.css")
add_custom_command(
	OUTPUT "${GEN}/openapi.json" "${GEN}/docs.html"
	COMMAND generate api "${GEN}/asskomm.descriptors" ${PROJECT_VERSION} "${GEN}/openapi.json"
		"${GEN}/docs.html" "${DOCS_STYLE}"
	DEPENDS generate "${GEN}/asskomm.descriptors" "${DOCS_STYLE}"
	COMMENT "openapi.json and its page" VERBATIM)
add_custom_command(
	OUTPUT "${GEN}/api.embedded.gen.c"
	COMMAND generate embed "${GEN}/api.embedded.gen.c" "API_OPENAPI=${GEN}/openapi.json"
		"API_DOCS=${GEN}/docs.html"
	DEPENDS generate "${GEN}/openapi.json" "${GEN}/docs.html"
	COMMENT "embedded files api" VERBATIM)

add_library(proto STATIC ${PROTO_SOURCES} "${GEN}/tables.gen.c" $<TARGET_OBJECTS:proto_options>)
target_include_directories(proto SYSTEM PUBLIC "${GEN}")
target_include_directories(proto PRIVATE common)
target_link_libraries(proto PUBLIC PkgConfig::PROTOBUF_C)
add_dependencies(proto proto_options)

# Parts of statements, put into others by "-- include"; every other .sql of the runtime is a
# statement that each process has.
set(SQL_FRAGMENTS save_head.sql save_tail.sql advance.sql)
file(GLOB RUNTIME_SQL RELATIVE "${CMAKE_SOURCE_DIR}" CONFIGURE_DEPENDS common/runtime/sql/*.sql)
file(GLOB SERVICE_SQL RELATIVE "${CMAKE_SOURCE_DIR}" CONFIGURE_DEPENDS
	common/runtime/sql/service/*.sql)
set(SQL_PARTS ${RUNTIME_SQL} ${SERVICE_SQL})
foreach(fragment ${SQL_FRAGMENTS})
	list(REMOVE_ITEM RUNTIME_SQL common/runtime/sql/${fragment})
endforeach()

# out_source: a .c file with STATEMENTS, from those of `folder` (relative to the root, as the
# "-- include" lines are) and the runtime's; those of sql/service stand on tables that only a service
# with a schema of its own has.
function(generate_statements name folder out_source)
	file(GLOB own RELATIVE "${CMAKE_SOURCE_DIR}" CONFIGURE_DEPENDS
		"${CMAKE_SOURCE_DIR}/${folder}/*.sql")
	set(inputs ${own} ${SQL_PARTS})
	set(shared ${RUNTIME_SQL})
	if(EXISTS "${CMAKE_SOURCE_DIR}/${folder}/../schema")
		list(APPEND shared ${SERVICE_SQL})
	endif()
	list(TRANSFORM inputs PREPEND "${CMAKE_SOURCE_DIR}/")
	set(source "${GEN}/${name}.statements.gen.c")
	add_custom_command(
		OUTPUT "${source}"
		COMMAND generate sql "${source}" ${shared} ${own}
		DEPENDS generate ${inputs}
		WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
		COMMENT "statements ${name}" VERBATIM)
	set(${out_source} "${source}" PARENT_SCOPE)
endfunction()

# out_source: a .c file with MIGRATIONS, from arguments <schema>=<folder>.
function(generate_migrations name out_source)
	set(files)
	foreach(assignment ${ARGN})
		string(REGEX REPLACE "^[^=]*=" "" folder "${assignment}")
		file(GLOB found CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${folder}/*.sql")
		list(APPEND files ${found})
	endforeach()
	set(source "${GEN}/${name}.migrations.gen.c")
	add_custom_command(
		OUTPUT "${source}"
		COMMAND generate schema "${source}" ${ARGN}
		DEPENDS generate ${files}
		WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
		COMMENT "migrations" VERBATIM)
	set(${out_source} "${source}" PARENT_SCOPE)
endfunction()

# out_source: a .c file with a constant for each argument <NAME>=<file>.
function(generate_embedded name out_source)
	set(files)
	foreach(assignment ${ARGN})
		string(REGEX REPLACE "^[^=]*=" "" file "${assignment}")
		list(APPEND files "${CMAKE_SOURCE_DIR}/${file}")
	endforeach()
	set(source "${GEN}/${name}.embedded.gen.c")
	add_custom_command(
		OUTPUT "${source}"
		COMMAND generate embed "${source}" ${ARGN}
		DEPENDS generate ${files}
		WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}"
		COMMENT "embedded files ${name}" VERBATIM)
	set(${out_source} "${source}" PARENT_SCOPE)
endfunction()
