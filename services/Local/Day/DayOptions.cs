namespace Doseline.Local.Day;

/// <summary>What the command line asks of a day.</summary>
/// <param name="Folder">Folder with the day's files.</param>
/// <param name="Data">Folder for databases and progress; null for a temporary one.</param>
/// <param name="Json">File for the machine-readable report; null for none.</param>
/// <param name="Settings">Further settings, for example connection strings.</param>
sealed record DayOptions(string Folder, string? Data, string? Json, IReadOnlyDictionary<string, string> Settings);
