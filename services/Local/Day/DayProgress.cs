using Spectre.Console;

namespace Doseline.Local.Day;

/// <summary>Shows how far a day is: a bar on a terminal, a line a simulated hour elsewhere.</summary>
sealed class DayProgress(IAnsiConsole console, ProgressTask? bar)
{
    DateTimeOffset lastLine;
    int done;

    /// <summary>Says what is done now.</summary>
    public void Doing(string title, DateTimeOffset now)
    {
        if (bar is not null)
        {
            bar.Description = $"{now.UtcDateTime:ddd HH:mm}Z {Markup.Escape(title)}";
        }
        else if (now - lastLine >= TimeSpan.FromHours(1))
        {
            lastLine = now;
            console.WriteLine($"{now.UtcDateTime:ddd yyyy-MM-dd HH:mm}Z {title}");
        }
    }

    /// <summary>Counts an act that is done.</summary>
    /// <param name="left">Acts known to be left.</param>
    public void Done(int left)
    {
        done++;
        if (bar is null) return;
        bar.MaxValue = done + left;
        bar.Value = done;
    }
}
