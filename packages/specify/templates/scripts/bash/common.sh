#!/usr/bin/env bash
# Shared by the scripts beside it; sourced, never run by itself. Needs no more than the bash 3.2 of macOS.
#
# Names, paths and texts are data: nothing is evaluated, and whatever is printed as JSON is escaped.
# A function that answers with a text puts it into REPLY, since $(…) would cut newlines off its end.

# Patterns see bytes: [a-z] is these 26 letters on every machine.
LC_ALL=C

error() { printf 'ERROR: %s\n' "$1" >&2; }
warn() { printf 'WARNING: %s\n' "$1" >&2; }
fail() {
  error "$1"
  exit 1
}

# REPLY = top level of the git checkout around the working directory. Fails where there is none, or no git.
git_root() {
  REPLY=$(git rev-parse --show-toplevel 2>/dev/null && printf x) || return 1
  REPLY=${REPLY%$'\n'x}
  [[ -n $REPLY ]]
}

# REPLY = the directory that holds these scripts.
script_directory() {
  REPLY=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd && printf x)
  REPLY=${REPLY%$'\n'x}
}

# REPLY = the directory in specs/ with the highest three-digit number, else `main`.
latest_feature() {
  local directory name highest=-1
  REPLY=main
  for directory in "$REPO_ROOT"/specs/[0-9][0-9][0-9]-*/; do
    [[ -d $directory ]] || continue
    name=${directory%/}
    name=${name##*/}
    # 10# because a leading zero would make it octal.
    if ((10#${name:0:3} > highest)); then
      highest=$((10#${name:0:3}))
      REPLY=$name
    fi
  done
}

# REPLY = SPECIFY_FEATURE, else the branch, else (no git, or no commit yet) the latest feature.
current_feature() {
  if [[ -n ${SPECIFY_FEATURE:-} ]]; then
    REPLY=$SPECIFY_FEATURE
  elif [[ $HAS_GIT == true ]] && git rev-parse --quiet --verify 'HEAD^{commit}' >/dev/null 2>&1; then
    # Not --abbrev-ref: it answers heads/NAME when a tag has the branch's name.
    REPLY=$(git symbolic-ref --quiet HEAD || printf HEAD)
    REPLY=${REPLY#refs/heads/}
  else
    latest_feature
  fi
}

# REPLY = directory of feature $1. Its three digits decide, so that branch 004-fix may work on specs/004-real.
feature_directory() {
  local directory found='' count=0
  REPLY=$REPO_ROOT/specs/$1
  [[ $1 == [0-9][0-9][0-9]-* ]] || return 0
  for directory in "$REPO_ROOT/specs/${1:0:3}"-*/; do
    [[ -d $directory ]] || continue
    found=${directory%/}
    count=$((count + 1))
  done
  if ((count == 1)); then
    # Of a branch like 001-a/b the directory 001-a is only the parent.
    if [[ ! -d $REPLY ]]; then REPLY=$found; fi
  elif ((count > 1)); then
    error "Several directories in specs/ have the number ${1:0:3}; going on with specs/$1. Give each feature its own number."
  fi
}

# Sets HAS_GIT (true or false), REPO_ROOT, CURRENT_BRANCH, FEATURE_DIR, FEATURE_SPEC, IMPL_PLAN and TASKS.
# shellcheck disable=SC2034 # the scripts that source this one read them
resolve_feature() {
  if git_root; then
    HAS_GIT=true
    REPO_ROOT=$REPLY
  else
    HAS_GIT=false
    script_directory
    REPO_ROOT=${REPLY%/*/*/*}
  fi
  current_feature
  CURRENT_BRANCH=$REPLY
  case /$CURRENT_BRANCH/ in
    */../*) fail "The feature name leads out of specs/: $CURRENT_BRANCH" ;;
  esac
  feature_directory "$CURRENT_BRANCH"
  FEATURE_DIR=$REPLY
  FEATURE_SPEC=$FEATURE_DIR/spec.md
  IMPL_PLAN=$FEATURE_DIR/plan.md
  TASKS=$FEATURE_DIR/tasks.md
}

# Ends the script unless the current feature is named like 001-some-name. Without git there is no branch to check.
require_feature_branch() {
  if [[ $HAS_GIT == false ]]; then
    warn 'No git repository here: the branch is not checked.'
  elif [[ $CURRENT_BRANCH != [0-9][0-9][0-9]-* ]]; then
    error "Not on a feature branch: $CURRENT_BRANCH"
    fail 'A feature branch starts with three digits and a hyphen, like 001-some-name.'
  fi
}

# REPLY = $1 as a JSON string with its quotes.
json_string() {
  local text=$1 byte escape index
  REPLY=\"
  if [[ $text != *[\"\\[:cntrl:]]* ]]; then
    REPLY+=$text\"
    return
  fi
  for ((index = 0; index < ${#text}; index++)); do
    byte=${text:index:1}
    case $byte in
      [\"\\]) REPLY+=\\$byte ;;
      [[:cntrl:]])
        printf -v escape '\\u%04x' "'$byte"
        REPLY+=$escape
        ;;
      *) REPLY+=$byte ;;
    esac
  done
  REPLY+=\"
}

# print_fields JSON KEY VALUE…: one line of JSON when JSON is true, else a line `KEY: VALUE` for each.
print_fields() {
  local json=$1 line=''
  shift
  while (($# > 0)); do
    if [[ $json == true ]]; then
      json_string "$2"
      line+=",\"$1\":$REPLY"
    else
      printf '%s: %s\n' "$1" "$2"
    fi
    shift 2
  done
  if [[ $json == true ]]; then printf '{%s}\n' "${line#,}"; fi
}
