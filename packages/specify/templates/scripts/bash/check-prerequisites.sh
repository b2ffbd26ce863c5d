#!/usr/bin/env bash
# Says where the current feature's files are, and which of them exist.
set -euo pipefail
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

usage() {
  cat <<'TEXT'
Usage: check-prerequisites.sh [--json] [--require-tasks] [--include-tasks] [--paths-only]

  --json           print the result as one line of JSON
  --require-tasks  fail when tasks.md is missing
  --include-tasks  list tasks.md among the documents
  --paths-only     print the paths of the feature and check none of them
  --help, -h       print this text
TEXT
}

json=false
require_tasks=false
include_tasks=false
paths_only=false
for argument in "$@"; do
  case $argument in
    --json) json=true ;;
    --require-tasks) require_tasks=true ;;
    --include-tasks) include_tasks=true ;;
    --paths-only) paths_only=true ;;
    --help | -h)
      usage
      exit 0
      ;;
    *) fail "Unknown option: $argument. See --help." ;;
  esac
done

resolve_feature
require_feature_branch

if [[ $paths_only == true ]]; then
  print_fields "$json" REPO_ROOT "$REPO_ROOT" BRANCH "$CURRENT_BRANCH" FEATURE_DIR "$FEATURE_DIR" \
    FEATURE_SPEC "$FEATURE_SPEC" IMPL_PLAN "$IMPL_PLAN" TASKS "$TASKS"
  exit 0
fi

if [[ ! -d $FEATURE_DIR ]]; then
  fail "Feature directory not found: $FEATURE_DIR. Run /speckit.specify first."
fi
if [[ ! -f $IMPL_PLAN ]]; then
  fail "plan.md not found in $FEATURE_DIR. Run /speckit.plan first."
fi
if [[ $require_tasks == true && ! -f $TASKS ]]; then
  fail "tasks.md not found in $FEATURE_DIR. Run /speckit.tasks first."
fi

# A directory counts when something is in it.
exists() {
  case $1 in
    */) [[ -d $FEATURE_DIR/$1 && -n $(ls -A -- "$FEATURE_DIR/$1") ]] ;;
    *) [[ -f $FEATURE_DIR/$1 ]] ;;
  esac
}

documents=(research.md data-model.md contracts/ quickstart.md)
if [[ $include_tasks == true ]]; then documents+=(tasks.md); fi

if [[ $json == true ]]; then
  available=''
  for document in "${documents[@]}"; do
    if exists "$document"; then available+=",\"$document\""; fi
  done
  json_string "$FEATURE_DIR"
  printf '{"FEATURE_DIR":%s,"AVAILABLE_DOCS":[%s]}\n' "$REPLY" "${available#,}"
else
  printf 'FEATURE_DIR:%s\nAVAILABLE_DOCS:\n' "$FEATURE_DIR"
  for document in "${documents[@]}"; do
    if exists "$document"; then mark=✓; else mark=✗; fi
    printf '  %s %s\n' "$mark" "$document"
  done
fi
