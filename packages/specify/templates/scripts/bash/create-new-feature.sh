#!/usr/bin/env bash
# Starts a feature: its number and name, its branch, its directory in specs/ with an empty specification.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

# GitHub refuses longer names of branches (244 bytes beside refs/heads/).
MAXIMUM_NAME_BYTES=244
# Longer numbers do not fit into the shell's arithmetic.
MAXIMUM_DIGITS=15

STOP_WORDS=' i a an the to for of in on at by with from is are was were be been being have has had do does did
 will would should could can may might must shall this that these those my your our their want need add get set '
STOP_WORDS=${STOP_WORDS//$'\n'/}

usage() {
  cat <<'TEXT'
Usage: create-new-feature.sh [--json] [--short-name NAME] [--number N] DESCRIPTION...

  --json             print the result as one line of JSON
  --short-name NAME  name of the branch after its number, instead of words of the description
  --number N         number of the feature, instead of the next free one
  --help, -h         print this text

Example: create-new-feature.sh --short-name sign-in "Let people sign in with a passkey"
TEXT
}

json=false
short_name=''
number=''
description=''
while (($# > 0)); do
  case $1 in
    --json) json=true ;;
    --help | -h)
      usage
      exit 0
      ;;
    --short-name | --number)
      if (($# < 2)) || [[ $2 == --* ]]; then fail "$1 needs a value."; fi
      if [[ $1 == --number ]]; then number=$2; else short_name=$2; fi
      shift
      ;;
    *) description+=${description:+ }$1 ;;
  esac
  shift
done
if [[ -z $description ]]; then
  usage >&2
  exit 1
fi

# REPLY = the nearest directory above these scripts that holds .git or .specify.
project_root() {
  script_directory
  while [[ -n $REPLY && ! -e $REPLY/.git && ! -e $REPLY/.specify ]]; do REPLY=${REPLY%/*}; done
  if [[ -z $REPLY ]]; then fail 'No project found: neither a git repository nor a .specify directory above this script.'; fi
}

# What these two print has no newline at its end, so it may be used as $(…).
lower_case() { printf '%s' "$1" | LC_ALL=C tr '[:upper:]' '[:lower:]'; }
words_of() { printf '%s' "$1" | LC_ALL=C tr -cs "$2" ' '; }

# REPLY = $1 in lower case with single hyphens between its letters and digits.
slug() {
  REPLY=$(lower_case "$(words_of "$1" 'A-Za-z0-9')")
  REPLY=${REPLY// /-}
  REPLY=${REPLY#-}
  REPLY=${REPLY%-}
}

# REPLY = the first three words of the description that say something (all four when there are exactly four).
# A word of one or two letters counts when it also stands in capitals, like UI.
meaningful_words() {
  local text whole_words word kept='' count=0
  text=$(words_of "$description" 'A-Za-z0-9')
  whole_words=" $(words_of "$description" 'A-Za-z0-9_') "
  # Split on purpose: only letters, digits and blanks are left.
  # shellcheck disable=SC2046
  set -- $(printf '%s' "$text" | LC_ALL=C tr '[:lower:]' '[:upper:]')
  for word in $(lower_case "$text"); do
    if [[ $STOP_WORDS != *" $word "* ]] && { ((${#word} >= 3)) || [[ $whole_words == *" $1 "* ]]; }; then
      kept+=$word-
      count=$((count + 1))
    fi
    shift
  done
  if ((count == 0)); then
    slug "$description"
    kept=$REPLY-
  fi
  if ((count != 4)); then kept=$(printf '%s' "$kept" | cut -d - -f 1-3); fi
  REPLY=${kept%-}
}

highest=0
consider_number() {
  local digits=$1
  while [[ $digits == 0?* ]]; do digits=${digits#0}; done
  if ((${#digits} <= MAXIMUM_DIGITS && digits > highest)); then highest=$digits; fi
}

# A feature has three digits; a name with this very suffix counts with any number, so that it is never taken twice.
consider_feature() {
  local digits=${1%%-*}
  if [[ $1 != *-* || -z $digits || $digits == *[!0-9]* ]]; then return; fi
  if ((${#digits} == 3)) || [[ ${1#*-} == "$suffix" ]]; then consider_number "$digits"; fi
}

consider_branches() {
  local remotes remote ref
  remotes=$(git remote)
  if [[ -n $remotes ]]; then
    # Nobody may be there to answer a question for a password.
    export GIT_TERMINAL_PROMPT="${GIT_TERMINAL_PROMPT:-0}"
    while IFS= read -r remote; do
      # Not --all: git would take a remote named like an option for that option.
      git fetch --prune --quiet -- "$remote" </dev/null >/dev/null 2>&1 || true
      # A fork's or a colleague's numbers are their own.
      if [[ $remote != origin ]]; then continue; fi
      # What was fetched earlier still counts when the remote cannot be reached now.
      while IFS= read -r ref; do
        ref=${ref#*refs/heads/}
        consider_feature "${ref#"refs/remotes/$remote/"}"
      done < <(
        git for-each-ref --format='%(refname)' "refs/remotes/$remote"
        # Not only what was fetched: a remote may be set up to fetch a few branches, or none.
        git ls-remote --heads -- "$remote" </dev/null 2>/dev/null || true
      )
    done <<<"$remotes"
  fi
  while IFS= read -r ref; do
    consider_feature "${ref#refs/heads/}"
  done < <(git for-each-ref --format='%(refname)' refs/heads)
}

# REPLY = a number that no feature has yet.
next_number() {
  local directory name
  for directory in specs/*/; do
    [[ -d $directory ]] || continue
    name=${directory%/}
    name=${name##*/}
    if [[ $has_git == true ]]; then
      consider_feature "$name"
    elif [[ $name == [0-9]* ]]; then
      consider_number "${name%%[!0-9]*}"
    fi
  done
  if [[ $has_git == true ]]; then consider_branches; fi
  REPLY=$((highest + 1))
}

if git_root; then
  has_git=true
else
  has_git=false
  project_root
fi
root=$REPLY
CDPATH='' cd -- "$root"
mkdir -p specs

if [[ -n $short_name ]]; then slug "$short_name"; else meaningful_words; fi
suffix=$REPLY

if [[ -z $number ]]; then
  next_number
  number=$REPLY
elif [[ $number == *[!0-9]* ]] || ((${#number} > MAXIMUM_DIGITS)); then
  fail "--number needs a whole number, not: $number"
fi
printf -v number '%03d' "$((10#$number))"

name=$number-$suffix
if ((${#name} > MAXIMUM_NAME_BYTES)); then
  warn "The name of the branch is too long: at most $MAXIMUM_NAME_BYTES bytes are allowed."
  warn "Asked for: $name (${#name} bytes)"
  name=${name:0:MAXIMUM_NAME_BYTES}
  name=${name%-}
  warn "Shortened to: $name (${#name} bytes)"
fi

if [[ $has_git == true ]]; then
  git checkout -b "$name" >&2
else
  warn "No git repository here: the branch $name is not created."
fi

feature_directory=$root/specs/$name
template=$root/.specify/templates/spec-template.md
mkdir -p "$feature_directory"
# Not cp: the file gets the mode of any new file, whatever the mode of the template.
if [[ -f $template ]]; then cat -- "$template"; fi >"$feature_directory/spec.md"

print_fields "$json" BRANCH_NAME "$name" SPEC_FILE "$feature_directory/spec.md" FEATURE_NUM "$number"
if [[ $json == false ]]; then
  printf 'In another shell, or without git, name the feature with: export SPECIFY_FEATURE=%s\n' "$name"
fi
