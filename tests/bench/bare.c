/* The ceiling of the hot read: an HTTP answer on libuv and http-parser with nothing behind it. It
 * listens on a free port of 127.0.0.1, prints the port, and answers each request with the bytes of
 * standard input, read once at the start: a whole answer, head and body. It parses as a server must
 * and keeps connections; it checks nothing, has no limits and is only good as a measure.
 *
 *   bench-bare <answer.txt */
#include <http_parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#define ANSWER_MAX (1024u * 1024)
#define READ_MAX (16u * 1024)

struct client {
	uv_tcp_t tcp;
	uv_write_t write;
	http_parser parser;
	char input[READ_MAX];
};

static char answer[ANSWER_MAX];
static size_t answer_len;

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void end(struct client *client)
{
	if (!uv_is_closing((uv_handle_t *)&client->tcp))
		uv_close((uv_handle_t *)&client->tcp, on_closed);
}

static void on_written(uv_write_t *write, int status)
{
	if (status < 0)
		end(write->handle->data);
}

/* In one write, as most answers go out. */
static int on_message(http_parser *parser)
{
	struct client *client = parser->data;
	uv_stream_t *stream = (uv_stream_t *)&client->tcp;
	uv_buf_t bytes = uv_buf_init(answer, (unsigned)answer_len);
	int sent = uv_try_write(stream, &bytes, 1);

	if (sent == (int)answer_len)
		return 0;
	if (sent > 0)
		bytes = uv_buf_init(answer + sent, (unsigned)(answer_len - (size_t)sent));
	return uv_write(&client->write, stream, &bytes, 1, on_written);
}

static const http_parser_settings PARSER = { .on_message_complete = on_message };

static void on_allocate(uv_handle_t *handle, size_t suggested, uv_buf_t *out_buffer)
{
	struct client *client = handle->data;

	(void)suggested;
	*out_buffer = uv_buf_init(client->input, READ_MAX);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer)
{
	struct client *client = stream->data;

	if (len < 0 || (len > 0 && http_parser_execute(&client->parser, &PARSER, buffer->base,
					   (size_t)len) != (size_t)len))
		end(client);
}

static void on_client(uv_stream_t *server, int status)
{
	struct client *client = calloc(1, sizeof(*client));

	if (client == NULL || status < 0)
		abort();
	uv_tcp_init(server->loop, &client->tcp);
	client->tcp.data = client;
	http_parser_init(&client->parser, HTTP_REQUEST);
	client->parser.data = client;
	if (uv_accept(server, (uv_stream_t *)&client->tcp) != 0)
		abort();
	uv_tcp_nodelay(&client->tcp, 1);
	uv_read_start((uv_stream_t *)&client->tcp, on_allocate, on_read);
}

int main(void)
{
	uv_loop_t *loop = uv_default_loop();
	uv_tcp_t server;
	struct sockaddr_in address;
	int size = sizeof(address);

	answer_len = fread(answer, 1, sizeof(answer), stdin);
	uv_tcp_init(loop, &server);
	uv_ip4_addr("127.0.0.1", 0, &address);
	if (answer_len == 0 || uv_tcp_bind(&server, (struct sockaddr *)&address, 0) != 0 ||
		uv_listen((uv_stream_t *)&server, 512, on_client) != 0 ||
		uv_tcp_getsockname(&server, (struct sockaddr *)&address, &size) != 0)
		return 1;
	printf("%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return uv_run(loop, UV_RUN_DEFAULT);
}
