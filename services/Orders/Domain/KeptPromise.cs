namespace Doseline.Orders.Domain;

/// <summary>A promise that the schedule holds, or in a preview would hold.</summary>
public sealed record KeptPromise
{
    /// <summary>What was asked for.</summary>
    public required PromiseQuestion Question { get; init; }

    /// <summary>Departure it goes with.</summary>
    public required Departure Departure { get; init; }

    /// <summary>Production run.</summary>
    public required string RunId { get; init; }

    /// <summary>Reservation; empty in a preview.</summary>
    public required string ReservationId { get; init; }

    /// <summary>Planned start of synthesis.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Planned end of synthesis.</summary>
    public required DateTimeOffset EndOfSynthesis { get; init; }

    /// <summary>End of shelf life.</summary>
    public DateTimeOffset ExpireTime => EndOfSynthesis + Question.Product.ShelfLife;

    /// <summary>Latest instant of a cancellation.</summary>
    public DateTimeOffset CancellationDeadline => Start - Question.Product.CancellationNotice;
}
