#!/usr/bin/env pwsh
# Brings the context files of coding agents up to date with the current feature's plan.
[CmdletBinding(PositionalBinding = $false)]
param(
    [Parameter(Position = 0)]
    [string]$AgentType = ''
)

. ([System.IO.Path]::Combine($PSScriptRoot, 'common.ps1'))

$ContextFiles = [ordered]@{
    'claude' = 'CLAUDE.md'
    'gemini' = 'GEMINI.md'
    'copilot' = '.github/copilot-instructions.md'
    'cursor-agent' = '.cursor/rules/specify-rules.mdc'
    'qwen' = 'QWEN.md'
    'opencode' = 'AGENTS.md'
    'codex' = 'AGENTS.md'
    'windsurf' = '.windsurf/rules/specify-rules.md'
    'kilocode' = '.kilocode/rules/specify-rules.md'
    'auggie' = '.augment/rules/specify-rules.md'
    'roo' = '.roo/rules/specify-rules.md'
    'codebuddy' = 'CODEBUDDY.md'
    'droid' = '.factory/rules/specify-rules.md'
    'q' = 'AGENTS.md'
    'amp' = 'AGENTS.md'
}
$AgentNames = @($ContextFiles.Keys) -join ', '
$MaximumChanges = 3
$Technologies = '## Active Technologies'
$Changes = '## Recent Changes'

function Write-Note([string]$Message) { Write-Host "INFO: $Message" }
function Write-Success([string]$Message) { Write-Host "$([char]0x2713) $Message" }

# Value of the plan's first line '**Field**: value'; empty when it is open or does not apply.
function Get-PlanField([string[]]$Lines, [string]$Field) {
    $mark = "**${Field}**: "
    foreach ($line in $Lines) {
        if (-not $line.StartsWith($mark, [StringComparison]::Ordinal)) { continue }
        $value = $line.Substring($mark.Length).Trim()
        if ($value.Contains('NEEDS CLARIFICATION') -or $value -ceq 'N/A') { return '' }
        if ($value) { Write-Note "$Field is $value" }
        return $value
    }
    return ''
}

function Get-CommandLine {
    if ($language -cmatch 'Python') { return 'cd src && pytest && ruff check .' }
    if ($language -cmatch 'Rust') { return 'cargo test && cargo clippy' }
    if ($language -cmatch 'JavaScript|TypeScript') { return 'npm test && npm run lint' }
    return "# Add commands for $language"
}

# The template with its placeholders filled in. One pass, so that what is filled in is never read again: a plan may
# hold any characters, these placeholders among them.
function Get-FilledTemplate([string]$Text) {
    $after = if ($technology) { " $technology" } else { '' }
    $before = if ($technology) { "$technology " } else { '' }
    $style = if ($language) { $language } else { 'All code' }
    $values = @{
        '[PROJECT NAME]' = [System.IO.Path]::GetFileName($feature.Root)
        '[DATE]' = $today
        '[EXTRACTED FROM ALL PLAN.MD FILES]' = "- $before($($feature.Branch))"
        '[ACTUAL STRUCTURE FROM PLANS]' = $(if ($projectType.Contains('web')) { "backend/`nfrontend/`ntests/" } else { "src/`ntests/" })
        '[ONLY COMMANDS FOR ACTIVE TECHNOLOGIES]' = Get-CommandLine
        '[LANGUAGE-SPECIFIC, ONLY FOR LANGUAGES IN USE]' = "${style}: keep to its usual conventions"
        '[LAST 3 FEATURES AND WHAT THEY ADDED]' = "- $($feature.Branch): Added$after"
    }
    $filled = New-Object System.Text.StringBuilder
    $position = 0
    foreach ($match in [regex]::Matches($Text, '\[[A-Z0-9][A-Z0-9 .,-]*\]')) {
        if (-not $values.ContainsKey($match.Value)) { continue }
        [void]$filled.Append($Text, $position, $match.Index - $position).Append($values[$match.Value])
        $position = $match.Index + $match.Length
    }
    return $filled.Append($Text, $position, $Text.Length - $position).ToString()
}

# The line with today's date when it tells when the file was last updated. Plain, not bold, it is only known at the top
# of the file, where the template has it: further down it may be anybody's text.
function Get-RefreshedLine([string]$Line, [bool]$Top) {
    $label = '**Last updated**:'
    if ($Top -and -not $Line.Contains($label)) { $label = 'Last updated:' }
    $start = $Line.IndexOf($label, [StringComparison]::Ordinal)
    if ($start -lt 0) { return $Line }
    $rest = $start + $label.Length
    $date = [regex]::Match($Line.Substring($rest), '[0-9]{4}-[0-9]{2}-[0-9]{2}')
    if (-not $date.Success) { return $Line }
    return $Line.Substring(0, $rest + $date.Index) + $today + $Line.Substring($rest + $date.Index + $date.Length)
}

# The file's text with the feature's technologies and change added; everything else stays as it is.
function Get-UpdatedText([string]$Content) {
    # Of a line ending \r\n the \r stays at its line.
    $ending = if ($Content.Contains("`r`n")) { "`r" } else { '' }
    $lines = New-Object 'System.Collections.Generic.List[string]'
    $newTechnologies = New-Object 'System.Collections.Generic.List[string]'
    if ($technology -and -not $Content.Contains($technology)) { $newTechnologies.Add("- $technology ($($feature.Branch))$ending") }
    if ($storage -and -not $Content.Contains($storage)) { $newTechnologies.Add("- $storage ($($feature.Branch))$ending") }
    $added = if ($technology) { $technology } else { $storage }
    $change = if ($added) { "- $($feature.Branch): Added $added" } else { '' }

    $section = 'top'
    $top = $true
    $keptChanges = 0
    $seenTechnologies = $false
    $seenChanges = $false
    $old = $Content.Split([char]10)
    # What follows the last line break is no line.
    $count = if ($old[-1] -eq '') { $old.Length - 1 } else { $old.Length }
    for ($index = 0; $index -lt $count; $index++) {
        $whole = $old[$index]
        $line = $whole.TrimEnd([char]13)
        $heading = $line.StartsWith('## ', [StringComparison]::Ordinal)
        if ($section -eq 'technologies' -and ($heading -or $line -eq '')) {
            $lines.AddRange($newTechnologies)
            $section = 'other'
        }
        elseif ($section -eq 'changes' -and ($heading -or $line.StartsWith('<!--', [StringComparison]::Ordinal))) {
            $section = 'other'
        }
        if ($heading) { $top = $false }

        if ($section -eq 'changes' -and $change -and $line.StartsWith('- ', [StringComparison]::Ordinal)) {
            # The same change again is the one just written; the oldest make room.
            if ($line -ceq $change) { continue }
            $keptChanges++
            if ($keptChanges -ge $MaximumChanges) { continue }
        }
        $lines.Add((Get-RefreshedLine $whole $top))
        if ($line -ceq $Technologies -and -not $seenTechnologies) {
            $seenTechnologies = $true
            $section = 'technologies'
        }
        elseif ($line -ceq $Changes -and -not $seenChanges) {
            $seenChanges = $true
            $section = 'changes'
            if ($change) { $lines.Add("$change$ending") }
        }
    }
    if ($section -eq 'technologies') { $lines.AddRange($newTechnologies) }
    if (-not $seenTechnologies -and $newTechnologies.Count -gt 0) {
        $lines.Add($ending)
        $lines.Add("$Technologies$ending")
        $lines.AddRange($newTechnologies)
    }
    if (-not $seenChanges -and $change) {
        $lines.Add($ending)
        $lines.Add("$Changes$ending")
        $lines.Add("$change$ending")
    }
    if ($lines.Count -eq 0) { return '' }
    return ($lines -join "`n") + "`n"
}

# The file behind a path. A link is followed, not replaced; one that leads out of the repository is refused ($null).
function Get-FileBehind([string]$Path) {
    $file = $Path
    for ($hops = 0; $hops -lt 20; $hops++) {
        $item = Get-Item -LiteralPath $file -Force -ErrorAction SilentlyContinue
        if ($null -eq $item -or -not $item.LinkType -or $item.LinkType -eq 'HardLink') { break }
        $directory = [System.IO.Path]::GetDirectoryName($file)
        $file = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($directory, [string]@($item.Target)[0]))
    }
    $inside = $feature.Root.TrimEnd('/', '\') + [System.IO.Path]::DirectorySeparatorChar
    if ($hops -lt 20 -and $file.StartsWith($inside, [StringComparison]::Ordinal)) { return $file }
    Write-Problem "$Path leads out of the repository, to $file"
    return $null
}

# Whether it could be written. The file is replaced as a whole or not at all.
function Update-ContextFile([string]$RelativePath) {
    Write-Note "Context file $RelativePath"
    $file = Get-FileBehind ([System.IO.Path]::GetFullPath([System.IO.Path]::Combine($feature.Root, $RelativePath)))
    if ($null -eq $file) { return $false }
    $exists = [System.IO.File]::Exists($file)
    if (-not $exists -and -not [System.IO.File]::Exists($template)) {
        Write-Problem "$RelativePath cannot be created: the template $template is missing."
        return $false
    }
    $temporary = "$file.$([Guid]::NewGuid().ToString('N')).new"
    try {
        if ($exists) {
            Write-Note 'It exists: its sections are brought up to date'
            [System.IO.File]::WriteAllText($temporary, (Get-UpdatedText ([System.IO.File]::ReadAllText($file))), $Utf8)
            # PowerShell would hand a plain $null over as an empty name.
            [System.IO.File]::Replace($temporary, $file, [NullString]::Value)
            Write-Success "Updated $RelativePath"
        }
        else {
            Write-Note 'It is new: it is made from the template'
            [void][System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($file))
            [System.IO.File]::WriteAllText($temporary, (Get-FilledTemplate ([System.IO.File]::ReadAllText($template))), $Utf8)
            [System.IO.File]::Move($temporary, $file)
            Write-Success "Created $RelativePath"
        }
        return $true
    }
    catch {
        Write-Problem "${RelativePath}: $($_.Exception.Message)"
        return $false
    }
    finally {
        if ([System.IO.File]::Exists($temporary)) { [System.IO.File]::Delete($temporary) }
    }
}

$feature = Get-Feature
$today = [DateTime]::Now.ToString('yyyy-MM-dd', [System.Globalization.CultureInfo]::InvariantCulture)
$template = [System.IO.Path]::Combine($feature.Root, '.specify', 'templates', 'agent-file-template.md')

Write-Note "Feature $($feature.Branch)"
if (-not [System.IO.File]::Exists($feature.Plan)) { Stop-Script "plan.md not found: $($feature.Plan). Run /speckit.plan first." }
if (-not [System.IO.File]::Exists($template)) {
    Write-Caution "The template $template is missing: existing context files can be updated, none created."
}

Write-Note "Plan $($feature.Plan)"
$plan = [System.IO.File]::ReadAllLines($feature.Plan)
$language = Get-PlanField $plan 'Language/Version'
$technology = @(@($language, (Get-PlanField $plan 'Primary Dependencies')) | Where-Object { $_ }) -join ' + '
$storage = Get-PlanField $plan 'Storage'
$projectType = Get-PlanField $plan 'Project Type'
if (-not $language) { Write-Caution 'The plan does not say which language is used.' }

$failures = 0
if ($AgentType) {
    Write-Note "Agent $AgentType"
    if (-not (@($ContextFiles.Keys) -ccontains $AgentType)) { Stop-Script "Unknown agent: $AgentType. Known are: $AgentNames" }
    if (-not (Update-ContextFile $ContextFiles[$AgentType])) { $failures++ }
}
else {
    Write-Note 'No agent named: every context file that exists is updated'
    $found = @($ContextFiles.Values | Select-Object -Unique | Where-Object {
        [System.IO.File]::Exists([System.IO.Path]::Combine($feature.Root, $_))
    })
    if ($found.Count -eq 0) { $found = @('CLAUDE.md') }
    foreach ($path in $found) {
        if (-not (Update-ContextFile $path)) { $failures++ }
    }
}

$known = if ($technology) { $technology } else { 'not known' }
if ($storage) { $known += "; storage: $storage" }
Write-Note "Technologies of this feature: $known"
Write-Note "Usage: update-agent-context.ps1 [-AgentType AGENT], AGENT one of $AgentNames"
if ($failures -gt 0) { Stop-Script 'Not every context file could be written.' }
Write-Success 'Context files are up to date'
