using Doseline.Platform.Messaging.Log;

namespace Doseline.Platform.Messaging;

/// <summary>Pages that came with the bell for one reader and were not read yet.</summary>
sealed class BellPages
{
    // A reader that stands elsewhere asks the publisher instead.
    const int PagesMax = 64;

    readonly Lock guard = new();
    readonly LinkedList<(FactPage Page, bool Concerns)> pages = new();

    /// <summary>True while there is one that concerns the reader.</summary>
    public bool Any
    {
        get
        {
            lock (guard) return pages.Any(p => p.Concerns);
        }
    }

    /// <summary>Keeps a page.</summary>
    /// <param name="page">A whole one.</param>
    /// <param name="concerns">Whether the reader does anything about a fact of it.</param>
    public void Put(FactPage page, bool concerns)
    {
        lock (guard)
        {
            // Rings come in any order; the pages lie in the log's.
            var before = pages.Last;
            while (before is { Value.Page.After.Position: var begins } && begins > page.After.Position) before = before.Previous;
            var kept = (concerns ? page : page with { Facts = [] }, concerns);
            // What does not concern the reader is only passed by, and one piece is passed as easily as many.
            if (!concerns && before is { Value: { Concerns: false, Page: var last } } && last.UpTo == page.After) before.Value = (page with { After = last.After, Facts = [] }, false);
            else if (before is null) pages.AddFirst(kept);
            else pages.AddAfter(before, kept);
            if (pages.Count > PagesMax) pages.RemoveFirst();
        }
    }

    /// <summary>Takes the page that holds that place, from there on, with what lies before it and does not concern the reader; null when there is none.</summary>
    /// <remarks>Each replica of a publisher rings for what lies past its own last ring, so that pages overlap.</remarks>
    /// <param name="place">Where the reader stands.</param>
    /// <param name="until">Position that the page must not pass; null for none.</param>
    public FactPage? Take(LogPlace place, long? until)
    {
        lock (guard)
        {
            FactPage? passed = null;
            while (pages.First is { Value: var (page, concerns) })
            {
                var from = passed?.UpTo ?? place;
                // What begins later may fit once what lies before was read.
                if (page.After.Position > from.Position) break;
                var rest = page.Since(from);
                if (rest is not null && until < page.UpTo.Position) break;
                pages.RemoveFirst();
                if (rest is null) continue;
                passed = rest with { After = place };
                if (concerns) break;
            }

            return passed;
        }
    }
}
