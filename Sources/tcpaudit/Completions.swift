internal import ArgumentParser

/// What a shell completes. The parser's script asks for a command's name first; here a capture or an option may come in its place,
/// which is `read`.
enum Completions {
  /// nil where `arguments` ask for something else, or for a shell whose script has nothing to be added.
  static func script(for arguments: [String]) -> String? {
    guard arguments == ["--generate-completion-script", "bash"] else { return nil }
    let script = Tcpaudit.completionScript(for: .bash)
    // Its own last line says which function completes.
    return script.replacing(/\ncomplete [^\n]*\n*$/, with: "\n") + bash
  }

  private static var bash: String {
    """
    # Without a command's name it is read.
    _tcpaudit_or_read() {
        local -a named=()
        case "${COMP_WORDS[1]}" in
        \(Commands.built.joined(separator: "|")))
            _tcpaudit "$@"
            return
            ;;
        esac
        # The first word may become one.
        if [[ "${COMP_CWORD}" -eq 1 && "${2}" != -* ]]; then
            _tcpaudit "$@"
            named=("${COMPREPLY[@]}")
            COMPREPLY=()
        fi
        local -a COMP_WORDS=("${COMP_WORDS[0]}" read "${COMP_WORDS[@]:1}")
        local -i COMP_CWORD="$((COMP_CWORD + 1))"
        _tcpaudit "$@"
        COMPREPLY+=("${named[@]}")
    }

    complete -o filenames -o default -F _tcpaudit_or_read tcpaudit
    """
  }
}
