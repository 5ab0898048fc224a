using Doseline.Kernel.Rules;

namespace Doseline.Orders.Domain;

/// <summary>The window in which the dose is to be given.</summary>
/// <param name="Start">First instant (UTC).</param>
/// <param name="End">Last instant (UTC), not before <paramref name="Start"/>.</param>
/// <param name="Zone">IANA zone it was typed in.</param>
public sealed record Appointment(DateTimeOffset Start, DateTimeOffset End, string Zone)
{
    /// <summary>Longest window: more is a typing error.</summary>
    public static TimeSpan LengthMax { get; } = TimeSpan.FromDays(2);

    /// <summary>How far ahead appointments are taken: more is a typing error.</summary>
    public static TimeSpan HorizonMax { get; } = TimeSpan.FromDays(366);

    /// <summary>How long the window is.</summary>
    public TimeSpan Length => End - Start;

    /// <summary>Adds every reason why the window cannot be one.</summary>
    public void Check(List<Refusal> refusals, DateTimeOffset now)
    {
        if (End < Start)
        {
            refusals.Add(Refusal.Invalid("window_end", "WINDOW_REVERSED", "The window ends before it starts.").With("window_start_time", Start).With("window_end_time", End));
        }
        else if (Length > LengthMax)
        {
            refusals.Add(Refusal.Invalid("window_end", "WINDOW_TOO_LONG", $"The window is longer than {LengthMax.TotalHours} hours.")
                .With("window_hours", Length.TotalHours).With("window_hours_max", LengthMax.TotalHours).With("nearest_window_end_time", Start + LengthMax));
        }

        if (Start <= now)
        {
            refusals.Add(Refusal.Invalid("window_start", "APPOINTMENT_IN_PAST", "The appointment is not in the future.").With("window_start_time", Start).With("now_time", now));
        }
        else if (Start - now > HorizonMax)
        {
            refusals.Add(Refusal.Invalid("window_start", "APPOINTMENT_TOO_FAR", $"Appointments are taken {HorizonMax.TotalDays} days ahead.")
                .With("window_start_time", Start).With("latest_window_start_time", now + HorizonMax));
        }
    }
}
