# Every header compiles alone and twice, all of them without exceptions; barograph.hpp names the public
# ones. Object libraries that only these tests build.
#
#   cmake --build <build> --target headers_alone headers_noexcept
file(GLOB_RECURSE _headers RELATIVE ${PROJECT_SOURCE_DIR}/include CONFIGURE_DEPENDS
     ${PROJECT_SOURCE_DIR}/include/barograph/*.hpp)
list(FILTER _headers EXCLUDE REGEX "/interop/|/detect/pca.hpp")  # those need other libraries
set(_units)
file(READ ${PROJECT_SOURCE_DIR}/include/barograph/barograph.hpp _umbrella)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${PROJECT_SOURCE_DIR}/include/barograph/barograph.hpp)
set(_unnamed)
foreach(_header IN LISTS _headers)
  string(MAKE_C_IDENTIFIER "${_header}" _name)
  set(_unit ${CMAKE_CURRENT_BINARY_DIR}/headers/${_name}.cpp)
  file(CONFIGURE OUTPUT ${_unit} CONTENT "#include \"@_header@\"\n#include \"@_header@\"\n" @ONLY)
  list(APPEND _units ${_unit})
  string(REPLACE "barograph/" "" _path "${_header}")
  string(FIND "${_umbrella}" "\"${_path}\"" _at)
  if(_at EQUAL -1 AND NOT _header MATCHES "/detail/" AND NOT _header STREQUAL "barograph/barograph.hpp")
    list(APPEND _unnamed ${_path})
  endif()
endforeach()

set(_umbrella_unit ${CMAKE_CURRENT_BINARY_DIR}/headers/barograph_barograph_hpp.cpp)
add_library(headers_alone OBJECT EXCLUDE_FROM_ALL ${_units})
add_library(headers_noexcept OBJECT EXCLUDE_FROM_ALL ${_umbrella_unit})
target_compile_options(headers_noexcept PRIVATE -fno-exceptions)
foreach(_target headers_alone headers_noexcept)
  target_link_libraries(${_target} PRIVATE barograph)
  target_compile_options(${_target} PRIVATE -O0 -Wall -Wextra -Wconversion -Wshadow -Wpedantic -Werror)
  add_test(NAME "headers: ${_target}" COMMAND ${CMAKE_COMMAND} --build ${PROJECT_BINARY_DIR} --target ${_target})
  set_tests_properties("headers: ${_target}" PROPERTIES RESOURCE_LOCK build_tree)
endforeach()
if(_unnamed)
  add_test(NAME "headers: barograph.hpp names every public header"
           COMMAND ${CMAKE_COMMAND} -E echo "missing in barograph.hpp: ${_unnamed}")
  set_tests_properties("headers: barograph.hpp names every public header" PROPERTIES
                       FAIL_REGULAR_EXPRESSION "missing in")
else()
  add_test(NAME "headers: barograph.hpp names every public header" COMMAND ${CMAKE_COMMAND} -E true)
endif()
