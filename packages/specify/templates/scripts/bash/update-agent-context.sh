#!/usr/bin/env bash
# Brings the context files of coding agents up to date with the current feature's plan.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

AGENT_NAMES='claude, gemini, copilot, cursor-agent, qwen, opencode, codex, windsurf, kilocode, auggie, codebuddy, roo, q, amp, droid'
# Where they are looked for when no agent is named; AGENTS.md belongs to four agents.
ALL_CONTEXT_FILES=(
  CLAUDE.md GEMINI.md .github/copilot-instructions.md .cursor/rules/specify-rules.mdc QWEN.md AGENTS.md
  .windsurf/rules/specify-rules.md .kilocode/rules/specify-rules.md .augment/rules/specify-rules.md
  .roo/rules/specify-rules.md CODEBUDDY.md .factory/rules/specify-rules.md AGENTS.md
)
MAXIMUM_CHANGES=3
TECHNOLOGIES='## Active Technologies'
CHANGES='## Recent Changes'

info() { printf 'INFO: %s\n' "$1"; }
success() { printf '✓ %s\n' "$1"; }

# REPLY = path of the context file of agent $1. Fails for an unknown one.
context_file() {
  case $1 in
    claude) REPLY=CLAUDE.md ;;
    gemini) REPLY=GEMINI.md ;;
    copilot) REPLY=.github/copilot-instructions.md ;;
    cursor-agent) REPLY=.cursor/rules/specify-rules.mdc ;;
    qwen) REPLY=QWEN.md ;;
    opencode | codex | q | amp) REPLY=AGENTS.md ;;
    windsurf) REPLY=.windsurf/rules/specify-rules.md ;;
    kilocode) REPLY=.kilocode/rules/specify-rules.md ;;
    auggie) REPLY=.augment/rules/specify-rules.md ;;
    codebuddy) REPLY=CODEBUDDY.md ;;
    roo) REPLY=.roo/rules/specify-rules.md ;;
    droid) REPLY=.factory/rules/specify-rules.md ;;
    *) return 1 ;;
  esac
}

# REPLY = $1 without blanks at its ends.
trim() {
  REPLY=${1#"${1%%[![:space:]]*}"}
  REPLY=${REPLY%"${REPLY##*[![:space:]]}"}
}

# REPLY = value of the plan's first line `**$1**: value`; empty when it is open or does not apply.
plan_field() {
  local line mark="**$1**: " value=''
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line == "$mark"* ]]; then
      value=${line#"$mark"}
      break
    fi
  done <"$IMPL_PLAN"
  trim "$value"
  if [[ $REPLY == *'NEEDS CLARIFICATION'* || $REPLY == N/A ]]; then REPLY=''; fi
  if [[ -n $REPLY ]]; then info "$1 is $REPLY"; fi
}

commands_for_language() {
  case $language in
    *Python*) printf 'cd src && pytest && ruff check .' ;;
    *Rust*) printf 'cargo test && cargo clippy' ;;
    *JavaScript* | *TypeScript*) printf 'npm test && npm run lint' ;;
    *) printf '# Add commands for %s' "$language" ;;
  esac
}

# Prints text $1 with the placeholders of the template filled in. One pass, so that what is filled in is never read
# again: a plan may hold any characters, these placeholders among them.
fill_template() {
  local rest=$1
  while [[ $rest == *'['* ]]; do
    printf '%s' "${rest%%'['*}"
    rest='['${rest#*'['}
    case $rest in
      '[PROJECT NAME]'*) printf '%s' "${REPO_ROOT##*/}" ;;
      '[DATE]'*) printf '%s' "$today" ;;
      '[EXTRACTED FROM ALL PLAN.MD FILES]'*) printf '%s' "- ${technology:+$technology }($CURRENT_BRANCH)" ;;
      '[ACTUAL STRUCTURE FROM PLANS]'*)
        if [[ $project_type == *web* ]]; then printf 'backend/\nfrontend/\ntests/'; else printf 'src/\ntests/'; fi
        ;;
      '[ONLY COMMANDS FOR ACTIVE TECHNOLOGIES]'*) commands_for_language ;;
      '[LANGUAGE-SPECIFIC, ONLY FOR LANGUAGES IN USE]'*) printf '%s' "${language:-All code}: keep to its usual conventions" ;;
      '[LAST 3 FEATURES AND WHAT THEY ADDED]'*) printf '%s' "- $CURRENT_BRANCH: Added${technology:+ $technology}" ;;
      *)
        printf '['
        rest=${rest#'['}
        continue
        ;;
    esac
    rest=${rest#*']'}
  done
  printf '%s' "$rest"
}

# REPLY = line $1 with today's date when it tells when the file was last updated. Plain, not bold, it is only known at
# the top of the file ($2 true), where the template has it: further down it may be anybody's text.
refresh_date() {
  local label='**Last updated**:' rest
  REPLY=$1
  if [[ $1 != *"$label"* && $2 == true ]]; then label='Last updated:'; fi
  rest=${1#*"$label"}
  if [[ $1 == *"$label"* && $rest =~ [0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] ]]; then
    REPLY=${1%%"$label"*}$label${rest%%"${BASH_REMATCH[0]}"*}$today${rest#*"${BASH_REMATCH[0]}"}
  fi
}

# Prints the entries that bring_up_to_date found missing, with the line ending of the line before them.
print_new_technologies() {
  local entry
  # An empty array counts as unset in old versions of bash.
  for entry in ${new_technologies[@]+"${new_technologies[@]}"}; do printf '%s%s\n' "$entry" "$ending"; done
}

# Prints file $1 with the feature's technologies and change added; everything else stays as it is.
bring_up_to_date() {
  local content line plain ending='' section=top top=true kept_changes=0 change=''
  local new_technologies=() seen_technologies=false seen_changes=false
  content=$(cat -- "$1")
  if [[ -n $technology && $content != *"$technology"* ]]; then new_technologies+=("- $technology ($CURRENT_BRANCH)"); fi
  if [[ -n $storage && $content != *"$storage"* ]]; then new_technologies+=("- $storage ($CURRENT_BRANCH)"); fi
  if [[ -n $technology$storage ]]; then change="- $CURRENT_BRANCH: Added ${technology:-$storage}"; fi

  while IFS= read -r line || [[ -n $line ]]; do
    plain=${line%$'\r'}
    if [[ $section == technologies && ($plain == '' || $plain == '## '*) ]]; then
      print_new_technologies
      section=other
    elif [[ $section == changes && ($plain == '## '* || $plain == '<!--'*) ]]; then
      section=other
    fi
    ending=${line#"$plain"}
    if [[ $plain == '## '* ]]; then top=false; fi

    if [[ $section == changes && -n $change && $plain == '- '* ]]; then
      # The same change again is the one just printed; the oldest make room.
      if [[ $plain == "$change" ]]; then continue; fi
      kept_changes=$((kept_changes + 1))
      if ((kept_changes >= MAXIMUM_CHANGES)); then continue; fi
    fi
    refresh_date "$line" "$top"
    printf '%s\n' "$REPLY"
    if [[ $plain == "$TECHNOLOGIES" && $seen_technologies == false ]]; then
      seen_technologies=true
      section=technologies
    elif [[ $plain == "$CHANGES" && $seen_changes == false ]]; then
      seen_changes=true
      section=changes
      if [[ -n $change ]]; then printf '%s%s\n' "$change" "$ending"; fi
    fi
  done <"$1"

  if [[ $section == technologies ]]; then print_new_technologies; fi
  if [[ $seen_technologies == false && ${#new_technologies[@]} -gt 0 ]]; then
    printf '%s\n' "$ending" "$TECHNOLOGIES$ending"
    print_new_technologies
  fi
  if [[ $seen_changes == false && -n $change ]]; then printf '%s\n' "$ending" "$CHANGES$ending" "$change$ending"; fi
}

# REPLY = the file behind path $1. A link is followed, not replaced; one that leads out of the repository is refused.
file_behind() {
  local path=$1 target directory root hops=0
  while [[ -L $path ]]; do
    hops=$((hops + 1))
    if ((hops > 20)); then
      error "Links go in a circle: $1"
      return 1
    fi
    target=$(readlink -- "$path" && printf x) || return 1
    target=${target%$'\n'x}
    if [[ $target == /* ]]; then path=$target; else path=${path%/*}/$target; fi
  done
  mkdir -p "${path%/*}" || return 1
  directory=$(CDPATH='' cd -P -- "${path%/*}" && pwd -P && printf x) || return 1
  root=$(CDPATH='' cd -P -- "$REPO_ROOT" && pwd -P && printf x) || return 1
  REPLY=${directory%$'\n'x}/${path##*/}
  if [[ $REPLY != "${root%$'\n'x}"/* ]]; then
    error "$1 leads out of the repository, to $REPLY"
    return 1
  fi
}

# The file is replaced as a whole or not at all. A new one gets the mode of any new file, an old one keeps its own.
update_context_file() {
  local file content
  info "Context file $1"
  file_behind "$REPO_ROOT/$1" || return 1
  file=$REPLY
  if [[ ! -e $file && ! -f $template ]]; then
    error "$1 cannot be created: the template $template is missing."
    return 1
  fi
  temporary=$(mktemp "${file%/*}/.specify-context.XXXXXX") || return 1
  if [[ -e $file ]]; then
    info 'It exists: its sections are brought up to date'
    { cp -p -- "$file" "$temporary" && bring_up_to_date "$file" >"$temporary" && mv -f -- "$temporary" "$file"; } || return 1
    success "Updated $1"
  else
    info 'It is new: it is made from the template'
    content=$(cat -- "$template" && printf x) || return 1
    # Without a letter for whom, chmod leaves out what the umask forbids.
    { chmod '=rw' "$temporary" && fill_template "${content%x}" >"$temporary" && mv -f -- "$temporary" "$file"; } || return 1
    success "Created $1"
  fi
}

temporary=''
trap 'if [[ -n $temporary ]]; then rm -f -- "$temporary"; fi' EXIT

resolve_feature
today=$(date +%Y-%m-%d)
template=$REPO_ROOT/.specify/templates/agent-file-template.md

info "Feature $CURRENT_BRANCH"
if [[ ! -f $IMPL_PLAN ]]; then fail "plan.md not found: $IMPL_PLAN. Run /speckit.plan first."; fi
if [[ ! -f $template ]]; then warn "The template $template is missing: existing context files can be updated, none created."; fi

info "Plan $IMPL_PLAN"
plan_field Language/Version
language=$REPLY
plan_field 'Primary Dependencies'
technology=$language${language:+${REPLY:+ + }}$REPLY
plan_field Storage
storage=$REPLY
plan_field 'Project Type'
project_type=$REPLY
if [[ -z $language ]]; then warn 'The plan does not say which language is used.'; fi

failures=0
if [[ -n ${1:-} ]]; then
  info "Agent $1"
  context_file "$1" || fail "Unknown agent: $1. Known are: $AGENT_NAMES"
  update_context_file "$REPLY" || failures=1
else
  info 'No agent named: every context file that exists is updated'
  found=false
  for context_path in "${ALL_CONTEXT_FILES[@]}"; do
    if [[ -f $REPO_ROOT/$context_path ]]; then
      found=true
      update_context_file "$context_path" || failures=$((failures + 1))
    fi
  done
  if [[ $found == false ]]; then update_context_file CLAUDE.md || failures=1; fi
fi

info "Technologies of this feature: ${technology:-not known}${storage:+; storage: $storage}"
info "Usage: update-agent-context.sh [AGENT], AGENT one of $AGENT_NAMES"
if ((failures > 0)); then fail 'Not every context file could be written.'; fi
success 'Context files are up to date'
