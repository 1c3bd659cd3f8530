# add_service(<name> [LIBS <library>…]): the program asskomm-<name> from services/<name>.
#
#   <name>_rules    rules/*.c; linked with core and proto alone, so that a rule cannot reach I/O
#   <name>_service  *.c but main.c: its table of contents, and what is generated from its sql/;
#                   tests link it too
#   asskomm-<name>  main.c
#
# A folder without main.c is none yet.

# Adds <name>_rules and <name>_service.
function(add_service_parts name)
	cmake_parse_arguments(PARSE_ARGV 1 part "" "" "LIBS;GENERATED")
	set(folder "${CMAKE_SOURCE_DIR}/services/${name}")
	file(GLOB rules CONFIGURE_DEPENDS "${folder}/rules/*.c")
	file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.c")
	list(REMOVE_ITEM sources "${folder}/main.c")
	add_library(${name}_service INTERFACE)
	if(rules)
		add_library(${name}_rules STATIC ${rules})
		target_include_directories(${name}_rules PRIVATE "${folder}")
		target_link_libraries(${name}_rules PUBLIC core proto PRIVATE flags)
		target_link_libraries(${name}_service INTERFACE ${name}_rules)
	endif()
	generate_statements(${name} services/${name}/sql statements)
	add_library(${name}_objects OBJECT ${sources} "${statements}" ${part_GENERATED})
	target_include_directories(${name}_objects PRIVATE "${folder}")
	target_link_libraries(${name}_objects PRIVATE runtime flags ${part_LIBS})
	target_sources(${name}_service INTERFACE $<TARGET_OBJECTS:${name}_objects>)
	target_link_libraries(${name}_service INTERFACE runtime ${part_LIBS})
endfunction()

function(add_service name)
	set(main "${CMAKE_SOURCE_DIR}/services/${name}/main.c")
	if(NOT EXISTS "${main}")
		return()
	endif()
	add_service_parts(${name} ${ARGN})
	add_executable(asskomm-${name} "${main}")
	target_include_directories(asskomm-${name} PRIVATE "${CMAKE_SOURCE_DIR}/services/${name}")
	target_link_libraries(asskomm-${name} PRIVATE ${name}_service flags)
	install(TARGETS asskomm-${name} RUNTIME DESTINATION bin)
endfunction()

# The command line: a program of its own kind. It alone carries the migrations of all schemas, the
# territory and the alliance's history.
function(add_command_line name)
	set(folder services/${name})
	if(NOT EXISTS "${CMAKE_SOURCE_DIR}/${folder}/main.c")
		return()
	endif()
	set(schemas cluster=common/schema/cluster ledger=common/schema/ledger
		ledger=services/ledger/schema)
	foreach(service registry coaching analysis funding notifications monitor)
		list(APPEND schemas ${service}=common/schema/service
			${service}=services/${service}/schema)
	endforeach()
	list(APPEND schemas gateway=services/gateway/schema)
	generate_migrations(${name} migrations ${schemas})
	set(codes)
	foreach(list action_fields beccaria_steps closing_reasons coach_competences coaching_goals
			contact_purposes contact_roles ctc_phases measure_states
			organisation_kinds pause_reasons signatory_roles size_classes)
		string(TOUPPER "CODES_${list}" constant)
		list(APPEND codes ${constant}=services/registry/codes/${list}.json)
	endforeach()
	foreach(procedure beccaria ctc full_2021 modular_2024)
		string(TOUPPER "PROCEDURE_${procedure}" constant)
		list(APPEND codes ${constant}=services/analysis/procedures/${procedure}.json)
	endforeach()
	generate_embedded(${name} embedded ${codes}
		TERRITORY_REGISTER_2021=services/registry/territory/GV100AD_301121_sachsen.txt
		TERRITORY_REGISTER_2023=services/registry/territory/GV100AD_301123_sachsen.txt
		TERRITORY_SUCCESSORS=services/registry/territory/successors.csv
		TERRITORY_POLICE_DIRECTORATES=services/registry/territory/police_directorates.tsv
		BOUNDARIES_DISTRICTS=services/registry/boundaries/districts.geojson
		HISTORY_ALLIANCE=${folder}/history/alliance.jsonl)
	add_service_parts(${name} LIBS PkgConfig::CURL ${CSV} GENERATED "${migrations}" "${embedded}")
	add_executable(${name} "${folder}/main.c")
	target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/${folder}")
	target_link_libraries(${name} PRIVATE ${name}_service flags)
	install(TARGETS ${name} RUNTIME DESTINATION bin)
endfunction()
