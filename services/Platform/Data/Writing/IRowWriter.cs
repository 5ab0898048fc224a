namespace Doseline.Platform.Data.Writing;

/// <summary>Writes groups of rows into one database, on a connection of its own; one group at a time.</summary>
interface IRowWriter : IAsyncDisposable
{
    /// <summary>Writes a group in one transaction.</summary>
    /// <returns>Null once it is committed; otherwise nothing of it is, unless the fault says that the database is away.</returns>
    Task<WriteFault?> TryAsync(WriteGroup group);
}
