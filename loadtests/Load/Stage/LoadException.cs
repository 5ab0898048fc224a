namespace Doseline.Load.Stage;

/// <summary>It cannot be measured; the message says why.</summary>
sealed class LoadException(string message) : Exception(message);
