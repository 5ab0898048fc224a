namespace Doseline.Load.Stage;

/// <summary>A built platform.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Program">Its <c>Doseline.Local.dll</c>.</param>
/// <param name="Commit">What it was built from.</param>
sealed record Build(string Name, string Program, string Commit);
