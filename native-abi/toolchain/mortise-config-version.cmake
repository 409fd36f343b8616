# The version of the package is that of the headers. Before 1.0 a minor may break; from then on a major.
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/../include/mortise/version.h" line REGEX "define MORTISE_HEADER_VERSION")
string(REGEX REPLACE ".*\"([^\"]+)\".*" "\\1" PACKAGE_VERSION "${line}")
string(REGEX MATCH "^(0\\.[0-9]+|[0-9]+)" own "${PACKAGE_VERSION}")
string(REGEX MATCH "^(0\\.[0-9]+|[0-9]+)" asked "${PACKAGE_FIND_VERSION}")

set(PACKAGE_VERSION_COMPATIBLE FALSE)
if(PACKAGE_FIND_VERSION STREQUAL "" OR (own STREQUAL asked AND NOT PACKAGE_VERSION VERSION_LESS PACKAGE_FIND_VERSION))
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
if(PACKAGE_FIND_VERSION STREQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_EXACT TRUE)
endif()
