using Doseline.Platform.Data.Writing;

namespace Doseline.Platform.Data.Reading;

/// <summary>Rows of one kind to look up.</summary>
/// <param name="Select">How: by their key, or by a column.</param>
/// <param name="Values">The values asked for, as stored.</param>
sealed record RowsAsked(RowStatement Select, object[] Values);
