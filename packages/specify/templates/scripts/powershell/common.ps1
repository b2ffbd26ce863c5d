# Shared by the scripts beside it; dot-sourced, never run by itself. For Windows PowerShell 5.1 and PowerShell 7.
#
# Names, paths and texts are data: nothing is evaluated, and JSON is written by ConvertTo-Json. Only ASCII stands in
# these files, since PowerShell 5.1 reads them in the machine's code page; files are reached by .NET, since the
# cmdlets take brackets in a path for a pattern.
$ErrorActionPreference = 'Stop'

$Utf8 = New-Object System.Text.UTF8Encoding $false
# Without a console there is nothing to set.
try { [Console]::OutputEncoding = $Utf8 } catch { }
# Nobody may be there to answer a question for a password.
if (-not $env:GIT_TERMINAL_PROMPT) { $env:GIT_TERMINAL_PROMPT = '0' }

function Write-Problem([string]$Message) { [Console]::Error.WriteLine("ERROR: $Message") }
function Write-Caution([string]$Message) { [Console]::Error.WriteLine("WARNING: $Message") }
function Stop-Script([string]$Message) {
    Write-Problem $Message
    exit 1
}

# The lines that git prints; none when it fails or is not there.
function Get-GitLines([string[]]$Arguments) {
    # In 5.1 a line on a redirected error stream would otherwise end the script.
    $ErrorActionPreference = 'Continue'
    try { $lines = & git @Arguments 2>$null } catch { return }
    if ($LASTEXITCODE -eq 0) { $lines }
}

# Top level of the git checkout around the working directory; $null where there is none, or no git.
function Get-GitRoot {
    $root = @(Get-GitLines @('rev-parse', '--show-toplevel')) -join "`n"
    if (-not $root) { return $null }
    return [System.IO.Path]::GetFullPath($root)
}

# Names of the directories in specs/, sorted.
function Get-SpecDirectories([string]$Root) {
    $specs = [System.IO.Path]::Combine($Root, 'specs')
    if (-not [System.IO.Directory]::Exists($specs)) { return }
    $names = [string[]]@([System.IO.Directory]::GetDirectories($specs) | ForEach-Object { [System.IO.Path]::GetFileName($_) })
    [Array]::Sort($names, [StringComparer]::Ordinal)
    $names
}

# The directory in specs/ with the highest three-digit number, else main.
function Get-LatestFeature([string]$Root) {
    $highest = -1
    $latest = 'main'
    foreach ($name in @(Get-SpecDirectories $Root)) {
        if ($name -cmatch '^[0-9]{3}-' -and [int]$name.Substring(0, 3) -gt $highest) {
            $highest = [int]$name.Substring(0, 3)
            $latest = $name
        }
    }
    return $latest
}

# SPECIFY_FEATURE, else the branch, else (no git, or no commit yet) the latest feature.
function Get-CurrentFeature([string]$Root, [bool]$HasGit) {
    if ($env:SPECIFY_FEATURE) { return $env:SPECIFY_FEATURE }
    if ($HasGit -and @(Get-GitLines @('rev-parse', '--quiet', '--verify', 'HEAD')).Count -gt 0) {
        # Not --abbrev-ref: it answers heads/NAME when a tag has the branch's name.
        $branch = @(Get-GitLines @('symbolic-ref', '--quiet', 'HEAD')) -join ''
        if (-not $branch) { return 'HEAD' }
        return ($branch -creplace '^refs/heads/', '')
    }
    return Get-LatestFeature $Root
}

# Directory of a feature. Its three digits decide, so that branch 004-fix may work on specs/004-real.
function Get-FeatureDirectory([string]$Root, [string]$Feature) {
    $directory = [System.IO.Path]::Combine($Root, 'specs', $Feature)
    if ($Feature -cnotmatch '^[0-9]{3}-') { return $directory }
    $digits = $Feature.Substring(0, 3)
    $found = @(Get-SpecDirectories $Root | Where-Object { $_.StartsWith("$digits-", [StringComparison]::Ordinal) })
    # Of a branch like 001-a/b the directory 001-a is only the parent.
    if ($found.Count -eq 1 -and -not [System.IO.Directory]::Exists($directory)) { return [System.IO.Path]::Combine($Root, 'specs', $found[0]) }
    if ($found.Count -gt 1) {
        Write-Problem "Several directories in specs/ have the number $digits; going on with specs/$Feature. Give each feature its own number."
    }
    return $directory
}

# The current feature and its paths: HasGit, Root, Branch, Directory, Spec, Plan, Tasks.
function Get-Feature {
    $root = Get-GitRoot
    $hasGit = $null -ne $root
    if (-not $hasGit) { $root = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', '..', '..')) }
    $feature = Get-CurrentFeature $root $hasGit
    if ($feature -cmatch '(^|[/\\])\.\.([/\\]|$)' -or [System.IO.Path]::IsPathRooted($feature)) {
        Stop-Script "The feature name leads out of specs/: $feature"
    }
    $directory = Get-FeatureDirectory $root $feature
    return [pscustomobject]@{
        HasGit = $hasGit
        Root = $root
        Branch = $feature
        Directory = $directory
        Spec = [System.IO.Path]::Combine($directory, 'spec.md')
        Plan = [System.IO.Path]::Combine($directory, 'plan.md')
        Tasks = [System.IO.Path]::Combine($directory, 'tasks.md')
    }
}

# Ends the script unless the feature is named like 001-some-name. Without git there is no branch to check.
function Confirm-FeatureBranch($Feature) {
    if (-not $Feature.HasGit) {
        Write-Caution 'No git repository here: the branch is not checked.'
    }
    elseif ($Feature.Branch -cnotmatch '^[0-9]{3}-') {
        Write-Problem "Not on a feature branch: $($Feature.Branch)"
        Stop-Script 'A feature branch starts with three digits and a hyphen, like 001-some-name.'
    }
}

# One line of JSON, or a line 'KEY: value' for each.
function Write-Fields([bool]$Json, [System.Collections.Specialized.OrderedDictionary]$Fields) {
    if ($Json) { return ConvertTo-Json -InputObject $Fields -Compress -Depth 3 }
    foreach ($key in $Fields.Keys) {
        $value = $Fields[$key]
        if ($value -is [bool]) { $value = $value.ToString().ToLowerInvariant() }
        "${key}: $value"
    }
}

# Not Copy: the file gets the mode of any new file, whatever the mode of the template.
function Copy-Content([string]$From, [string]$To) {
    [System.IO.File]::WriteAllBytes($To, [System.IO.File]::ReadAllBytes($From))
}
