/** Well-known registered domains, whose look-alikes the workload `domains` sends. */
export const REGISTERED: readonly string[] = `
adobe.com airbnb.com alibaba.com aliexpress.com amazon.co.uk amazon.com amazon.de android.com aol.com apache.org
apple.com archive.org arxiv.org asos.com atlassian.com baidu.com bankofamerica.com barclays.co.uk bbc.co.uk bing.com
bitbucket.org blogger.com bloomberg.com booking.com box.com britannica.com canva.com chase.com cisco.com citibank.com
cloudflare.com cnn.com coinbase.com costco.com coursera.org craigslist.org debian.org dell.com deno.com dhl.com
digitalocean.com discord.com disney.com docker.com dropbox.com duckduckgo.com ebay.com economist.com eff.org
elastic.co etsy.com eventbrite.com evernote.com expedia.com facebook.com fedex.com figma.com firefox.com flickr.com
forbes.com ft.com gitlab.com github.com gmail.com godaddy.com google.com gov.uk grammarly.com heroku.com hotmail.com
hsbc.com hulu.com ibm.com icloud.com ietf.org ikea.com imdb.com indeed.com instagram.com intel.com intuit.com
jetbrains.com kernel.org lemonde.fr lego.com linkedin.com live.com mailchimp.com mastercard.com medium.com meta.com
microsoft.com mit.edu mozilla.org mysql.com nasa.gov nature.com netflix.com nginx.org nike.com nodejs.org notion.so
npmjs.com nvidia.com nytimes.com office.com okta.com openai.com oracle.com outlook.com paypal.com pinterest.com
postgresql.org python.org quora.com reddit.com redhat.com reuters.com revolut.com roblox.com rust-lang.org
salesforce.com samsung.com santander.com shopify.com skype.com slack.com snapchat.com sony.com soundcloud.com
spotify.com stackoverflow.com steampowered.com stripe.com swift.com target.com telegram.org tesla.com tiktok.com
tumblr.com twitch.tv twitter.com uber.com ubuntu.com ups.com usps.com vimeo.com visa.com vodafone.com walmart.com
wellsfargo.com whatsapp.com wikipedia.org wordpress.com yahoo.com yelp.com youtube.com zalando.de zoom.us
`.trim().split(/\s+/);
