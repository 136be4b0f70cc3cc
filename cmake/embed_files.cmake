# embed_files(TARGET NAME BASE directory FILES file…)
#
# Compiles files into TARGET, each with its gzip form, as
#   namespace monitora::http { std::span<const EmbeddedFile> NAME(); }
# whose paths are relative to BASE (http/static_files.h). A file may be the OUTPUT of a custom command
# of the same directory: it is then built first, and the program anew when it changes.
find_program(GZIP_PROGRAM gzip REQUIRED)

function(embed_files target name)
  cmake_parse_arguments(EMBED "" "BASE" "FILES" ${ARGN})
  set(work ${CMAKE_CURRENT_BINARY_DIR}/embedded/${name})
  file(MAKE_DIRECTORY ${work})
  set(code "#include <span>\n#include \"http/static_files.h\"\n")
  set(entries "")
  set(inputs "")
  set(index 0)
  foreach(file ${EMBED_FILES})
    get_filename_component(file ${file} ABSOLUTE)
    file(RELATIVE_PATH path ${EMBED_BASE} ${file})
    set(compressed ${work}/${index}.gz)
    add_custom_command(OUTPUT ${compressed} COMMAND ${GZIP_PROGRAM} -9 -n -c ${file} > ${compressed}
      DEPENDS ${file} VERBATIM)
    list(APPEND inputs ${file} ${compressed})
    foreach(form plain gzip)
      set(symbol embedded_${name}_${index}_${form})
      set(source ${file})
      if(form STREQUAL gzip)
        set(source ${compressed})
      endif()
      string(APPEND code "__asm__(\".section .rodata\\n.balign 16\\n.globl ${symbol}\\n.hidden ${symbol}\\n${symbol}:\\n\"\n"
        "        \".incbin \\\"${source}\\\"\\n.globl ${symbol}_end\\n.hidden ${symbol}_end\\n${symbol}_end:\\n.byte 0\\n.previous\\n\");\n"
        "extern \"C\" __attribute__((visibility(\"hidden\"))) const char ${symbol}[], ${symbol}_end[];\n")
      set(view_${form} "{${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}")
    endforeach()
    string(APPEND entries "      {\"${path}\", ${view_plain}, ${view_gzip}},\n")
    math(EXPR index "${index} + 1")
  endforeach()
  set(body "  return {};\n")
  if(EMBED_FILES)
    set(body "  static const EmbeddedFile kFiles[] = {\n${entries}  };\n  return kFiles;\n")
  endif()
  string(APPEND code "namespace monitora::http {\nstd::span<const EmbeddedFile> ${name}();\n"
    "std::span<const EmbeddedFile> ${name}() {\n${body}}\n}  // namespace monitora::http\n")
  file(CONFIGURE OUTPUT ${work}.cc CONTENT "${code}" @ONLY)
  set_source_files_properties(${work}.cc PROPERTIES OBJECT_DEPENDS "${inputs}")
  target_sources(${target} PRIVATE ${work}.cc)
endfunction()
